//! Expressions evaluated here and by perl: the two must not differ, in value,
//! quoting, fate or truth.

use std::path::Path;

use super::*;
use crate::template::expr::{Context, Expression};

/// The perl of this machine; the tests need one.
fn perl() -> PerlProcess {
    let path = Path::new("/usr/bin/perl");
    assert!(
        path.exists(),
        "the tests need /usr/bin/perl: install perl-base"
    );
    PerlProcess::new(path.to_owned())
}

fn quote(value: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.+/-".contains(byte);
    if value.is_empty() {
        return b"''".to_vec();
    }
    if value.iter().all(plain) {
        return value.to_vec();
    }
    let mut quoted = b"'".to_vec();
    for byte in value {
        match byte {
            b'\'' => quoted.extend(b"'\"'\"'"),
            byte => quoted.push(*byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

const VALUES: &[&[u8]] = &[
    b"",
    b"a",
    b"0",
    b"7",
    b"42",
    b"-3",
    b"007",
    b"3.75",
    b"1e3",
    b"abc",
    b"a_b_c",
    b"ab_cd",
    b"aXbXa",
    b"a b  c ",
    b"  lead",
    b"d/a.b.c",
    b"/a/b//c/",
    b"a/b/c.tar.gz",
    b"s1_R1_001.fastq.gz",
    b"Hello World",
    b"zz",
    b"Az9",
    b"line\n",
    b"two\nlines",
    b"\n",
    b"\xff\xe9x",
    b"caf\xc3\xa9.TXT",
    b"it's",
    b"$x@y\\n",
    b"aaa",
    b"12abc34",
    b"x=1;y=2",
    b"18446744073709551615",
    b"9223372036854775808",
    b"(a|b)*",
    b"a,b,,c,,",
];

/// Texts of digits that count in perl's own way: for them, and to count up a
/// text, an expression may turn to perl.
const NUMBERS: &[&[u8]] = &[b"007", b"18446744073709551615", b"9223372036854775808"];

/// Expressions that must be understood without perl.
const NATIVE: &[&str] = &[
    "$_ = lc(join '', reverse split //)",
    "$_ = 1e3",
    "$_ = 1.5e-3",
    "$_ = 12e20",
    "my $i = 1; $_ = 1 . $i++",
    // s///
    "s/a/b/",
    "s/a/b/g",
    " s/a/b/g ",
    "s:.*/::",
    "s|/|_|g",
    "s{/}{-}g",
    "s{/} {-}g",
    "s,/,+,g",
    "s#/#.#g",
    "s!a!b!",
    "s(a)(b)",
    "s[a][b]",
    "s<a><b>",
    "s/_R1_/_R2_/",
    r"s/(\w+)_(\w+)/$2-$1/",
    r"s/\.[^.]+$//",
    r"s/\.[^\/.]+$//",
    r"s:\.[^/.]+\.[^/.]+$::",
    r"s:.*/(?=.*/)::;s:/.*::",
    r"s/(?<=a)b/X/",
    r"s/(?<!a)b/X/g",
    r"s/a(?!b)/X/g",
    r"s/(.)\1/<$1>/g",
    r"s/(a)|(b)/[$1][$2]/g",
    "s/a/b/i",
    "s/A/b/gi",
    "s/^/x/",
    "s/$/x/",
    "s/^/x/mg",
    "s/$/x/mg",
    r"s/\s+$//",
    r"s/^\s+|\s+$//g",
    r"s/\d+/<$&>/g",
    r"s/(\d+)/$1+1/e",
    r"s/(\d+)/$1+1/ge",
    r"s/(\w)/uc($1)/ge",
    r"s/(\w+)/\u$1/g",
    r"s/(\w+)/\U$1/g",
    r"s/(\w+)/\U$1\E!/g",
    r"s/(\w)(\w*)/\u\L$1$2/g",
    r"s/(\w)(\w*)/$1\L$2\Ex/g",
    r"s/.*/\L\u$&/",
    r"s/x*/-/g",
    r"s/b*/-/g",
    r"s/a?/-/g",
    r"s/\b/|/g",
    r"s/\B/|/g",
    r"s/$/|/g",
    r"s/\Z/|/g",
    r"s/\z/|/g",
    r"s/\n//g",
    r"s/\x61/X/g",
    r"s/\t| /_/g",
    r"s/[aeiou]//g",
    r"s/[^a-z]//g",
    r"s/[^[:alpha:]]/./g",
    r"s/[\w.]+/<$&>/",
    r"s/[\]\-]/x/g",
    r"s/[a-]/x/g",
    r"s/[]a]/x/g",
    r"s/[A-F]/x/gi",
    r"s/./X/g",
    r"s/./X/sg",
    r"s/a b/X/x",
    r"s/ a \  b /X/x",
    "s/ a # comment\n b/X/x",
    r"s/(?i)A/x/g",
    r"s/(?i:A)B/x/g",
    r"s/((?i)A)x/y/",
    r"s/a{2}/X/",
    r"s/a{2,}/X/",
    r"s/a{1,2}?/X/",
    r"s/a{x}/X/",
    r"s/a++b/X/",
    r"s/(?>a+)b/X/",
    r"s/(?<n>a)\k<n>/X/",
    r"s/(a)\g1/X/",
    r"s/(a)\g{1}/X/",
    r"s/\W/_/g",
    r"s/\S+/x/",
    r"s/\D//g",
    r"s/\//:/g",
    r"s/a/\//",
    r"s/a/\$1/",
    r"s/a/\\/",
    r"s/a/\x41\101\t/",
    "s/a/b/r",
    "$_ = s/a/b/r",
    "$_ = s/a/b/gr . 'x'",
    "$_ = s/a/b/",
    "$_ = s/a/b/g",
    "s/a/b/;s/b/c/",
    "s/a/b/ ; s/c/d/ ;",
    "s/a/seq()/e",
    "s/(.)/ord($1)/e",
    r"s/(.*)\.(.*)/$2.$1/",
    r"s/^(.{3}).*/$1/s",
    r"s/(.+?)_.*/$1/",
    r"s/(\S+)\s+(\S+)/$2 $1/",
    "s/./$arg[1]/",
    "s/$arg[1]/x/",
    r"s/\Q$arg[1]\E/x/g",
    r"s/\./-/g",
    "s/a/ /g",
    r"s/(\d+)/sprintf('%03d',$1)/e",
    "s/a/'b'.'c'/e",
    r"s/(?:a|ab)(?:c|bcd)?/X/",
    r"s/\/+$//",
    r"s/[\/]+/:/g",
    r"s/\xff/y/",
    "s/\u{e9}/e/g",
    "s/[\u{e9}]/e/g",
    r"s/\xe9/E/i",
    // tr///
    "tr/a-z/A-Z/",
    "y/abc/xyz/",
    "tr/a-zA-Z//cd",
    "tr/a-z//d",
    "tr/a-c/x/",
    "tr/ab/xy/s",
    "tr/a-zA-Z0-9/_/cs",
    "$_ = tr/a//",
    "$_ = tr/a-z//",
    "$_ = tr/a-z/A-Z/r",
    "tr/\\//_/",
    "tr:/:_:",
    "tr{a}{b}",
    "tr/a-z/b-za/",
    "tr/\\n/ /",
    "tr/a//s",
    "$_=y/a/b/",
    "tr/-_/_-/",
    "tr/a\\-z/123/",
    "tr/\\x61\\142/12/",
    // case and other functions
    "$_=uc",
    "$_=uc($_)",
    "$_=uc $_",
    "$_=lc",
    "$_=ucfirst",
    "$_=ucfirst lc",
    "$_=ucfirst(lc($_))",
    "$_ = lcfirst uc $_",
    "$_=length",
    "$_=length($_)",
    "$_=length $_",
    "$_ = length($_) > 3 ? 'long' : 'short'",
    "$_ = uc $_ . 'x'",
    "$_ = uc($_) . 'x'",
    "$_=sprintf('%03d',$_)",
    "$_=sprintf(\"%03d\",$_)",
    "$_=sprintf '%05.2f', $_",
    "$_=sprintf('%s-%s',$_,uc)",
    "$_=sprintf('%5s|%-5s|',$_,$_)",
    "$_=sprintf('%x %X %o %b %#x',$_,$_,$_,$_,$_) if $_ >= 0",
    "$_=sprintf('%e %g %.3g',$_,$_,$_)",
    "$_=sprintf('%%%c',65)",
    "$_=sprintf('%+d % d',$_,$_) if $_ < 1e1",
    "$_=sprintf('%*d',6,$_) if abs($_) < 1000",
    "$_=sprintf('%.2s',$_)",
    "$_=sprintf('%-*s|',6,$_)",
    "$_=sprintf('%06.2f',$_)",
    "$_=sprintf('%d items')",
    "$_=substr($_,1)",
    "$_=substr($_,1,2)",
    "$_=substr($_,-2)",
    "$_=substr($_,-2,1)",
    "$_=substr($_,0,-1)",
    "$_=substr $_, 0, 3",
    "$_=substr($_,-9,8)",
    "$_=substr($_,2,-2)",
    "$_=substr($_,9)",
    "substr($_,0,1,'X')",
    "substr($_,0,0,'X')",
    "substr($_,-1,1,'') if length",
    "$_=substr($_,-9)",
    "$_=index($_,'b')",
    "$_=index($_,'')",
    "$_=index($_,'a',1)",
    "$_=rindex($_,'a')",
    "$_=rindex($_,'a',1)",
    "$_=rindex($_,'')",
    "$_=index($_,'a',-5)",
    "$_=rindex($_,'a',-1)",
    "$_=index($_,'',99)",
    "$_=rindex($_,'',1)",
    "$_=reverse",
    "$_=reverse $_",
    "$_=reverse($_,'x')",
    "$_=join ',', reverse 1,2,3",
    "$_=join('-',split(//,$_))",
    "$_=join '-', split //",
    "$_=join '_', split /_/",
    "$_=join '|', split ' '",
    "$_=join('|',split(' ',$_))",
    "$_=join '|', split /\\s+/",
    "$_=join '|', split /,/",
    "$_=join '|', split /,/, $_, 2",
    "$_=join '|', split /,/, $_, -1",
    "$_=join '|', split(/(,)/, $_)",
    "$_=join '|', split /b*/",
    "$_=join '|', split /\\b/",
    "$_=join '|', split ','",
    "$_=(split /_/)[0]",
    "$_=(split /_/)[1]",
    "$_=(split /_/)[-1]",
    "$_=(split '/')[-1]",
    "($_) = split /_/",
    "my @a=split /_/; $_=$a[1]",
    "@a=split /_/; $_=$a[1]",
    "my ($a,$b)=split /_/; $_=\"$b-$a\"",
    "my @a=split('/',$_); $_=join('/',@a[0..1])",
    "my @a=split /\\//; $_=$a[-2]",
    "my @p=split /\\./; $_=$#p",
    "my @p=split /\\./; $_=@p",
    "my @p=split /\\./; $_=scalar(@p)",
    "my $n = split /a/; $_ = $n",
    "$_=join '', (split //)[0,2]",
    "$_=abs",
    "$_=abs $_",
    "$_=int($_/2)",
    "$_=int",
    "$_=hex('ff')",
    "$_=oct('755')",
    "$_=oct('0x1f')",
    "$_=ord",
    "$_=chr(65)",
    "$_=quotemeta",
    "$_=sqrt(16)",
    "chomp",
    "chomp; $_ .= 'x'",
    "chop",
    "$_ = chop",
    "$_ = chomp",
    "chomp($_)",
    // numbers
    "$_++",
    "++$_",
    "$_--",
    "--$_",
    "$_+=1",
    "$_-=1",
    "$_*=10",
    "$_/=2",
    "$_%=2",
    "$_%=3",
    "$_**=2 if abs($_) < 100",
    "$_.='x'",
    "$_ x= 2",
    "$_=$_*10",
    "$_=$_+1",
    "$_ = $_ - 1 ",
    "$_=$_ % 4 if $_ < 1e10",
    "$_=-$_ if $_ =~ /^\\d+$/",
    "$_=10-$_",
    "$_ = 7 / 2",
    "$_ = 1/3",
    "$_ = 10/3*3",
    "$_ = 2**10",
    "$_ = 2**0.5",
    "$_ = -7 % 3",
    "$_ = 7 % -3",
    "$_ = -2**2",
    "$_ = 2**3**2",
    "$_ = 1.10",
    "$_ = 1000000*1000000",
    "$_ = 99999999999*99999999999",
    "$_ = 0.1+0.2",
    "$_ = 1.5e0 if 0; 1",
    "$_ = 1-0.9",
    "$_ = 1000000000000000000",
    "$_ = 18446744073709551615 + 1",
    "$_ = 9223372036854775807 + 1",
    "$_ = 3 . 4",
    "$_ = '3' + '4'",
    "$_ = '3 apples' * 2",
    "$_ = '0x10' + 0",
    "$_ = ' 12 ' + 1",
    "$_ = '.5' + 1",
    "$_ = '1e2x' + 1",
    "$_ = 'a' x 3",
    "$_ = '-' x length",
    "$_ = 'ab' x 2.7",
    "$_ = 'ab' x -1",
    "$_ = $_ x 2 . 'y'",
    "$_ = 1 + 2 . 3 + 4",
    "$_ = 2 + 3 * 4 - 1",
    "$_ = (2 + 3) * 4",
    "$_ = 10 - 2 - 3",
    "$_ = 1 . 2 * 3",
    "$_ = !1",
    "$_ = !0",
    "$_ = !!$_",
    "$_ = - - 3 if 1",
    "$_=$_++",
    "$_ = $_++ + 1",
    "my $i = 5; $_ = $i++ . $i",
    "$_ = 1 <=> 2",
    "$_ = 'a' cmp 'b'",
    "$_ = 2 <=> 1",
    "$_ = 1 == 1.0",
    "$_ = '1.0' eq 1",
    "$_ = 'abc' == 0",
    "$_ = 10 <=> 9",
    "$_ = '10' cmp '9'",
    // choices
    "$_ = $_ > 5 ? 'big' : 'small'",
    "$_ = $_ eq 'a' ? 1 : $_ eq 'abc' ? 2 : 3",
    "if($_ eq 2){skip()}",
    "skip() if $_ eq 'a'",
    "if ($_ == 7) { skip }",
    "skip unless /a/",
    "$_ = 'x' unless /a/",
    "if (/a/) { $_ = 'A' } else { $_ = 'B' }",
    "if (/^a/) { $_ = 1 } elsif (/^b/) { $_ = 2 } else { $_ = 3 }",
    "unless (/a/) { $_ = 'none' }",
    "$_ = $1 if /(\\d+)/",
    "/(\\d+)/ and $_ = $1",
    "/(\\d+)/ && ($_ = $1)",
    "$_ ||= 'empty'",
    "$_ &&= 'full'",
    "$_ //= 'undef'",
    "$_ = $_ || 'z'",
    "$_ = $_ && 'z'",
    "$_ = length && uc",
    "$_ = /a/ ? 'y' : 'n'",
    "$_ = !/a/ ? 'y' : 'n'",
    "$_ = ($_ =~ /a/)",
    "$_ = $_ !~ /a/",
    "$_ = 1 if $_ =~ m/^a/i",
    "$_ = 1 if m{^/}",
    "$_ = 1 if m|/| or m,x,",
    "($_) = /(\\d+)/",
    "($_) = /\\w/",
    "my ($x) = /_(.)/; $_ = $x",
    "my ($x, $y) = /(.)(.)/; $_ = \"$y$x\"",
    "$_ = (/(.)(.)/)[1]",
    "$_ = join ',', /\\d/g",
    "$_ = join ',', /(.)(.)/g",
    "my @m = /a/g; $_ = @m",
    "my $n = () = /a/g; $_ = $n",
    "$_ = join ',', /x*/g",
    "(my $x = $_) =~ s/a/b/g; $_ = $x",
    "my $x = $_; $x =~ s/a/b/; $_ = \"$x|$_\"",
    "my $x = $_; $x =~ tr/a/b/; $_ .= $x",
    "my $x = $_ =~ s/a/b/r; $_ = $x",
    "$_ = \"$1\" if /(a)/",
    "/b/; $_ = $` . '|' . $& . '|' . $'",
    "if (/(a)/) { /(b)/ } $_ = $1",
    "/(a)/; /(zzz)/; $_ = $1",
    "s/(a)/b/; $_ .= $1",
    "if (/(\\d)/) { 1 } $_ = $1",
    "if (/(\\d)/) { $_ = 'n' . $1 if /(\\d)\\d/ } $_ .= $1",
    // texts
    "$_=\"pre_${_}_post\"",
    "$_ = 'single $_ \\' \\\\ \\n'",
    "$_ = \"double \\\"$_\\\" \\$x \\@y\\t|\"",
    "$_ = q(a(b)c)",
    "$_ = qq{<$_>}",
    "$_ = qq($_ (x))",
    "$_ = \"$_$_\"",
    "$_ = \"$_-x\"",
    "$_ = \"a.$_.b\"",
    "$_ = \"@arg\"",
    "$_ = \"$arg[1]|$arg[2]|$arg[3]|$arg[-1]|$arg[0]\"",
    "$_ = $arg[1]",
    "$_ = $arg[2].$_",
    "$_ = @arg",
    "$_ = $#arg",
    "$_ = join ',', @arg[1,2]",
    "$_ = \"\\x41\\x{42}\\103\\e[0m\"",
    "$_ = \"\\U$_\\E-$_\"",
    "$_ = \"\\u$_\"",
    "$_ = \"\\Q$_\\E\"",
    "$_ = \"\\L$_\"",
    "my $i=1; $_ = \"$arg[$i]\"",
    "$_ = \"${_}x\"",
    "$_ = \"\\u$arg[0]$_\"",
    "$_ = \"\\U\\l$_\"",
    "my $empty=''; $_ = \"\\u$empty$_\"",
    "my $empty=''; $_ = \"\\u\\L$empty$_\"",
    "$_ = join '+', qw(a b c)",
    "$_ = (qw(a b c))[1]",
    "$_ = join ',', 1..5",
    "$_ = join ',', (1..3, 'x')",
    "$_ = join('', 'a', 'b')",
    "$_ = 'a' . 'b' . $_",
    // the job
    "$_=seq()",
    "$_=slot()",
    "$_=total_jobs()",
    "$_ = seq() % 2",
    "$_ = 'n' . seq",
    "$_=$job->seq()",
    "$_=$job->slot()",
    "uq",
    "uq()",
    "uq; $_ = \"'$_'\"",
    "$_=uc; uq()",
    "$_=Q($_)",
    "$_=Q($_); uq",
    "$_=Q(Q($_))",
    "skip()",
    "$_ = sprintf('%04d', seq())",
    // statements and forms
    "",
    ";",
    ";;",
    "$_",
    "1",
    "0",
    "undef $_",
    "$_ = undef",
    "$_ = ''; 1",
    "# nothing\n$_ = 1",
    "$_ = 1 # one",
    "\n$_\n=\nuc\n",
    "my $x; $_ = $x",
    "my ($x, @rest) = (1, 2, 3); $_ = \"$x@rest\"",
    "my @a = (1,2,3); $a[5] = 6; $_ = @a",
    "my @a = (3,1); ($a[0], $a[1]) = ($a[1], $a[0]); $_ = \"@a\"",
    "my ($p, $q) = (1, 2); ($p, $q) = ($q, $p); $_ = \"$p$q\"",
    "$x = 3; $_ = $x",
    "$_ = my $x = 4",
    "my $s = 0; $s += $_ if 1; $_ = $s",
    "$_ = (1, 2, 3)[1]",
    "$_ = defined $_ ? 1 : 0",
    "$_ = defined($arg[5]) ? 1 : 0",
    "$_=$_",
    "my $v = $_; $v =~ s/\\..*//; $v = uc $v; $_ = \"$v.txt\"",
    "$_ = lc eq 'a'",
    "$_ = lc . 'x'",
    "$_ = (lc) . 'x'",
    "$_ = 'x' . lc",
    "$_ = join ' ', uc, lc",
    "$_ = length . ''",
    "my $d = $_; $d =~ s,/[^/]*$,,; $_ = $d",
];

/// Expressions that are perl's.
const PERLS: &[&str] = &[
    "s/a{,2}x/X/",
    "$_=join '|', split '|', 'a|b'",
    "$_ = not $_",
    "$_ = undef // 'd'",
    "my $i = 5; $_ = ++$i . $i--",
    "$_ = join ',', $_, s/a/b/",
    "my $i=1; $_ = $i . $i++",
    "$_ = join ',', map { uc } split /_/",
    "$_ = join ',', sort split //",
    "$_ = join ',', grep { /a/ } split /_/",
    "my %h = (a => 1); $_ = $h{$_} // 'none'",
    "for my $i (1..3) { $_ .= $i }",
    "$_ .= 'x' while length($_) < 5",
    "$_ = $_ & 3 if /^\\d+$/",
    "s/(.)/$h{$1}++ ? '' : $1/ge if 0; 1",
    "$_ = pack 'A3', $_",
    "my $f = sub { uc shift }; $_ = $f->($_)",
    "$_ = 0x1f",
    "$_ = 1_000",
    "$_ = /a/g ? 1 : 0",
    "s/a|/x/g",
    "s/(a*)*b/<$1>/",
    "s/a/\\N{U+263A}/ if 0",
    "$_ = 1 < 2 && 'yes'; $_ .= sprintf('%vd', '1.2.3')",
    "local $, = '-'; $_ = 1",
    "$_ = -f $_ ? 1 : 0",
    "@x = (1) x 3; $_ = \"@x\"",
    "$_ = do { 5 }",
    "$_ = (sort { $b <=> $a } 1..3)[0]",
    "s/(\\d+)/$1 =~ s{1}{x}r/e",
    "$_ = join ',', 'a'..'c'",
    "$_ = ucfirst(join '', map { $_ } split //)",
];

fn check(perl: &PerlProcess, source: &str, wrong: &mut Vec<String>) {
    let args: [&[u8]; 2] = [b"a", b"b c"];
    let total = || 9;
    let native = Context {
        args: &args,
        seq: 3,
        slot: 2,
        total: &total,
        quote: &quote,
        perl: None,
    };
    let expression = Expression::parse(source.as_bytes());
    for value in VALUES {
        // A perl of no other expression: variables must not come from one.
        let call = Call {
            source: source.as_bytes(),
            groups: &[],
            value,
            args: &args,
            seq: 3,
            slot: 2,
            total: 9,
        };
        let theirs = perl.evaluate(&call);
        let native = Context {
            perl: (NUMBERS.contains(value) || source.contains("++")).then_some(perl as &dyn Perl),
            ..native
        };
        match (expression.evaluate(value, &native), theirs) {
            (Ok(ours), Ok(theirs)) if ours == theirs => {}
            (Err(ours), Err(_))
                if !matches!(ours, crate::template::expr::ExprError::NeedsPerl { .. }) => {}
            (ours, theirs) => {
                wrong.push(format!(
                    "{source}\n   of {:?}\n   gave {}\n   perl {}",
                    String::from_utf8_lossy(value),
                    shown(ours.map_err(|error| error.to_string())),
                    shown(theirs),
                ));
                // One value says enough of an expression.
                return;
            }
        }
    }
}

fn shown(evaluated: Result<Evaluated, String>) -> String {
    match evaluated {
        Ok(evaluated) => format!(
            "{:?} {:?} {:?} {}",
            evaluated.value.escape_ascii().to_string(),
            evaluated.quoting,
            evaluated.fate,
            evaluated.is_true
        ),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn what_is_understood_gives_what_perl_gives() {
    let perl = perl();
    let mut wrong = Vec::new();
    for source in NATIVE {
        check(&perl, source, &mut wrong);
    }
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn what_is_not_understood_goes_to_perl_and_is_an_error_without() {
    let perl = perl();
    for source in PERLS {
        let expression = Expression::parse(source.as_bytes());
        let total = || 9;
        let args: [&[u8]; 1] = [b"a"];
        let mut context = Context {
            args: &args,
            seq: 1,
            slot: 1,
            total: &total,
            quote: &quote,
            perl: None,
        };
        // At the latest when it is evaluated for a value that shows it.
        let alone: Vec<_> = VALUES
            .iter()
            .map(|value| expression.evaluate(value, &context))
            .collect();
        assert!(
            alone.iter().any(Result::is_err),
            "{source} was understood: {alone:?}"
        );
        context.perl = Some(&perl);
        for value in VALUES {
            expression
                .evaluate(value, &context)
                .unwrap_or_else(|error| panic!("{source}: {error}"));
        }
    }
}

#[test]
fn groups_of_a_tag_are_values_not_code() {
    let perl = perl();
    for (source, groups, value, wanted) in [
        ("s/$$1/$$2/;", ["this", "that"], "a_this_b", "a_that_b"),
        ("s/$$1/$$2/", [".", "X"], "abc", "Xbc"),
        ("$_=\"$$1|$$2\"", ["\"", "$_"], "abc", "\"|$_"),
        ("$_ = $$1 . $$2", ["\\", "@x"], "abc", "\\@x"),
        ("$_ = lc $$1; map { $_ } 1", ["A", ""], "abc", "a"),
    ] {
        let groups: Vec<Vec<u8>> = groups
            .iter()
            .map(|group| group.as_bytes().to_vec())
            .collect();
        let call = Call {
            source: source.as_bytes(),
            groups: &groups,
            value: value.as_bytes(),
            args: &[],
            seq: 1,
            slot: 1,
            total: 0,
        };
        let theirs = perl.evaluate(&call).expect(source);
        let total = || 1;
        let context = Context {
            args: &[],
            seq: 1,
            slot: 1,
            total: &total,
            quote: &quote,
            perl: Some(&perl),
        };
        let ours =
            Expression::with_groups(source.as_bytes(), groups).evaluate(value.as_bytes(), &context);
        assert_eq!(theirs.value, wanted.as_bytes(), "{source}");
        assert_eq!(ours.expect(source), theirs, "{source}");
    }
}

#[test]
fn what_perl_says_of_an_expression_is_told_with_it() {
    let perl = perl();
    let total = || 1;
    let context = Context {
        args: &[],
        seq: 1,
        slot: 1,
        total: &total,
        quote: &quote,
        perl: Some(&perl),
    };
    let error = |source: &str| {
        let expression = Expression::parse(source.as_bytes());
        let error = expression.evaluate(b"abc", &context).expect_err(source);
        error.to_string()
    };
    assert_eq!(
        error("syntax error here( "),
        "cannot evaluate `syntax error here(` for `abc`: syntax error, at EOF"
    );
    assert_eq!(
        error("die \"no good\""),
        "cannot evaluate `die \"no good\"` for `abc`: no good"
    );
    assert_eq!(
        error("$_ = 1/0"),
        "cannot evaluate `$_ = 1/0` for `abc`: division by zero"
    );
    // It goes on after an error, and after one that ended it.
    let ended = error("map { exit 3 } 1");
    assert!(ended.contains("perl ended before it answered"), "{ended}");
    let after = Expression::parse(b"$_ = join '', map { uc } split //").evaluate(b"abc", &context);
    assert_eq!(after.expect("a new perl").value, b"ABC");
}

#[test]
fn an_expression_reads_nothing_and_writes_nothing_in_the_way() {
    let perl = perl();
    let total = || 1;
    let context = Context {
        args: &[],
        seq: 1,
        slot: 1,
        total: &total,
        quote: &quote,
        perl: Some(&perl),
    };
    for (source, wanted) in [
        (
            "$_ = defined(my $line = <STDIN>) ? 'read' : 'nothing'",
            "nothing",
        ),
        ("$, = '-'; $\\ = '!'; $/ = undef; $_ = 'set'", "set"),
        ("$_ = 'still'; map { 1 } 1", "still"),
        ("$_ = `cat; echo x`", "x\n"),
    ] {
        let evaluated = Expression::parse(source.as_bytes()).evaluate(b"v", &context);
        assert_eq!(
            evaluated.expect(source).value,
            wanted.as_bytes(),
            "{source}"
        );
    }
}

#[test]
fn a_perl_that_is_none_is_told() {
    let none = PerlProcess::new("/no/such/perl".into());
    let total = || 1;
    let context = Context {
        args: &[],
        seq: 1,
        slot: 1,
        total: &total,
        quote: &quote,
        perl: Some(&none),
    };
    let error = Expression::parse(b"map { 1 } 1").evaluate(b"v", &context);
    let error = error.expect_err("there is none").to_string();
    assert!(error.contains("/no/such/perl: No such file"), "{error}");
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap_or(0)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    fn pattern(&mut self) -> String {
        const PIECES: &[&str] = &[
            "a",
            "b",
            "_",
            ".",
            "\\d",
            "\\w",
            "\\s",
            "[a-c]",
            "[^a-z_]",
            "(a|b)",
            "(.)",
            "(\\d+)",
            "(?:ab|a)",
            "^",
            "$",
            "\\b",
            "\\.",
            "[[:digit:]]",
            "\\W",
            "(?=b)",
            "(?!a)",
            "(?<=a)",
            "\\1",
            "\\n",
            "\\x62",
            "(?i:A)",
            "(x?)",
            "[.]",
            "/\\//",
            "\\z",
            "\\Z",
            "-",
        ];
        let mut pattern = String::new();
        for _ in 0..=self.roll(3) {
            pattern += self.pick(PIECES);
            pattern += self.pick(&["", "", "", "*", "+", "?", "+?", "*?", "{2}", "{1,2}", "++"]);
        }
        pattern.replace("//", "")
    }

    fn value(&mut self, depth: usize) -> String {
        const ATOMS: &[&str] = &[
            "$_",
            "$_",
            "$arg[1]",
            "'ab'",
            "\"x$_\"",
            "\"${_}y\"",
            "3",
            "0",
            "12",
            "2.5",
            "'07'",
            "''",
            "length",
            "uc",
            "lc($_)",
            "ucfirst $_",
            "substr($_,1)",
            "substr($_,-2,1)",
            "(split /_/)[0]",
            "(split //)[1]",
            "join('-',split /b/)",
            "sprintf('%03d',length)",
            "sprintf('%5s|',$_)",
            "seq()",
            "ord",
            "$1",
            "$&",
            "reverse($_)",
            "join('+',1..3)",
            "index($_,'b')",
            "\"\\U$_\\E.\"",
            "\"@arg\"",
            "$#arg",
            "s/a/X/gr",
            "tr/a-c//",
            "tr/a-c/A-C/r",
            "/b/",
            "$_ =~ /a(.)/",
            "int($_)",
            "abs",
        ];
        if depth == 0 || self.roll(3) == 0 {
            return self.pick(ATOMS).to_owned();
        }
        let (left, right) = (self.value(depth - 1), self.value(depth - 1));
        match self.roll(8) {
            0 => format!("({left})"),
            1 => format!("{left} ? {right} : {}", self.pick(ATOMS)),
            2 => format!("!{left}"),
            3 => format!("-{left}"),
            4 => format!("uc({left}) . {right}"),
            _ => {
                let op = self.pick(&[
                    ".", "+", "-", "*", "x 2 .", "==", "!=", "<", ">=", "eq", "ne", "lt", "gt",
                    "cmp", "<=>", "&&", "||", "//", "and", "or", "%",
                ]);
                format!("{left} {op} {right}")
            }
        }
    }

    fn statement(&mut self, depth: usize) -> String {
        match self.roll(10) {
            0 | 1 => format!("$_ = {}", self.value(2)),
            2 => format!(
                "$_ {} {}",
                self.pick(&[".=", "+=", "||=", "-=", "x=", "&&="]),
                self.value(1)
            ),
            3..=5 => {
                let with = self.pick(&[
                    "", "X", "<$1>", "$&$&", "\\u$1", "\\U$&\\E", "[$2]", "\\t", "$_",
                ]);
                format!(
                    "s/{}/{with}/{}",
                    self.pattern(),
                    self.pick(&["", "g", "i", "gi", "s", "gm", "gx"])
                )
            }
            6 => format!(
                "tr/{}/{}/{}",
                self.pick(&["a-c", "ab_", "a-zA-Z", "\\n./"]),
                self.pick(&["", "x", "A-C", "b-d"]),
                self.pick(&["", "d", "s", "c", "cd"])
            ),
            7 => format!("{} if {}", self.statement(0), self.value(1)),
            8 if depth > 0 => format!(
                "if ({}) {{ {} }} else {{ {} }}",
                self.value(1),
                self.statement(0),
                self.statement(0)
            ),
            8 => "$_++".to_owned(),
            _ => format!("my $v = {}; $_ = \"$v\"", self.value(1)),
        }
    }
}

/// Expressions put together at random: what is understood gives what perl gives.
#[test]
fn expressions_at_random_do_not_differ() {
    let perl = perl();
    let values: [&[u8]; 8] = [
        b"abc",
        b"a_b_c",
        b"12",
        b"",
        b"aXb\n",
        b"-3.5",
        b"a/b.tar.gz",
        b"bb\nab\n\xff",
    ];
    let args: [&[u8]; 2] = [b"a", b"b c"];
    let total = || 9;
    let context = Context {
        args: &args,
        seq: 3,
        slot: 2,
        total: &total,
        quote: &quote,
        perl: None,
    };
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut natively, mut wrong) = (0, Vec::new());
    for _ in 0..3000 {
        let statements: Vec<String> = (0..=dice.roll(2)).map(|_| dice.statement(1)).collect();
        let source = statements.join("; ");
        let expression = Expression::parse(source.as_bytes());
        if expression.needs_perl().is_some() {
            continue;
        }
        natively += 1;
        for value in values {
            let ours = match expression.evaluate(value, &context) {
                Err(crate::template::expr::ExprError::NeedsPerl { .. }) => continue,
                ours => ours.map_err(|error| error.to_string()),
            };
            let theirs = perl.evaluate(&Call {
                source: source.as_bytes(),
                groups: &[],
                value,
                args: &args,
                seq: 3,
                slot: 2,
                total: 9,
            });
            let same = match (&ours, &theirs) {
                (Ok(ours), Ok(theirs)) => ours == theirs,
                (ours, theirs) => ours.is_err() == theirs.is_err(),
            };
            if !same {
                wrong.push(format!(
                    "{source}\n   of {:?}\n   gave {}\n   perl {}",
                    value.escape_ascii().to_string(),
                    shown(ours),
                    shown(theirs)
                ));
                break;
            }
        }
    }
    assert!(natively > 1500, "only {natively} are understood");
    assert!(
        wrong.is_empty(),
        "{} differences:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
