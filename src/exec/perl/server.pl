# Evaluates expressions: one request after the other from standard input, one
# answer each on standard output. A field is its length, a newline, its bytes.
# Where the first field is `compile`, only what perl says of the expression is
# answered.

# First, so that an expression sees no variable of what follows.
sub prun::compile { no strict; no warnings; package main; eval "sub { $_[0]\n }" }

package prun;
use strict;
our (@group, $seq, $slot, $total, $unquoted, $skipped);

sub quote {
    my ($text) = @_;
    return "''" if $text eq '';
    return $text if $text =~ m{\A[A-Za-z0-9_.+/-]+\z};
    $text =~ s/'/'"'"'/g;
    return "'$text'";
}

sub now {
    my ($form) = @_;
    require POSIX;
    return POSIX::strftime($form, localtime());
}

package prun::job;
sub seq { $prun::seq }
sub slot { $prun::slot }
sub total_jobs { $prun::total }
sub skip { $prun::skipped = 1 }

package main;
sub seq { $prun::seq }
sub slot { $prun::slot }
sub total_jobs { $prun::total }
sub skip { $prun::skipped = 1 }
sub uq { $prun::unquoted = 1 }
sub Q($) { prun::quote($_[0]) }
sub pQ($) { my $text = $_[0]; $text =~ s/([\\"\$\@])/\\$1/g; $text }
sub hash($) { require B; B::hash("$_[0]") }
sub yyyy_mm_dd_hh_mm_ss() { prun::now('%Y-%m-%dT%H:%M:%S') }
sub yyyy_mm_dd_hh_mm() { prun::now('%Y-%m-%dT%H:%M') }
sub yyyy_mm_dd() { prun::now('%Y-%m-%d') }
sub hh_mm_ss() { prun::now('%H:%M:%S') }
sub hh_mm() { prun::now('%H:%M') }
sub yyyymmddhhmmss() { prun::now('%Y%m%d%H%M%S') }
sub yyyymmddhhmm() { prun::now('%Y%m%d%H%M') }
sub yyyymmdd() { prun::now('%Y%m%d') }
sub hhmmss() { prun::now('%H%M%S') }
sub hhmm() { prun::now('%H%M') }
our $job = bless {}, 'prun::job';
our @arg;

package prun;

# The expression keeps off the pipes: it reads nothing, and prints to standard error.
open my $in, '<&', \*STDIN or exit 1;
open my $out, '>&', \*STDOUT or exit 1;
binmode $_ for $in, $out;
open STDIN, '<', '/dev/null' or exit 1;
open STDOUT, '>&', \*STDERR or exit 1;
{ my $before = select $out; $| = 1; select $before; }

sub field {
    local $/ = "\n";
    my $len = <$in>;
    exit 0 unless defined $len;
    my $bytes = '';
    read($in, $bytes, $len) == $len or exit 0;
    return $bytes;
}

sub plain {
    my ($text) = @_;
    $text = '' unless defined $text;
    $text = "$text";
    utf8::downgrade($text, 1) or utf8::encode($text);
    return $text;
}

# Every search is in a sub of its own: an expression that finds nothing must
# not see what one of these found.
sub compiled {
    my ($source) = @_;
    # $$1 stands for a group of the tag.
    $source =~ s/\$\$(\d+)/\${prun::group_$1}/g;
    return compile($source) || $@;
}

sub message {
    my ($error) = @_;
    $error =~ s/ at \(eval \d+\) line \d+(, <\$?\w+> (line|chunk) \d+)?(?=[.,]|$)//g;
    $error =~ s/\.?\s+\z//;
    return $error;
}

my %compiled;
while (1) {
    my ($asked, $source, $value) = (field(), field(), field());
    ($seq, $slot, $total) = (field() + 0, field() + 0, field() + 0);
    @group = map { field() } 1 .. field();
    @main::arg = (undef, map { field() } 1 .. field());
    ($unquoted, $skipped) = (0, 0);

    my $code = $compiled{$source} ||= compiled($source);
    { no strict 'refs'; ${"prun::group_$_"} = $group[$_ - 1] for 1 .. @group; }

    my ($error, $truth) = ('', 0);
    if (ref $code && $asked eq 'compile') {
    } elsif (ref $code) {
        local $_ = $value;
        local $@;
        if (eval { $truth = $code->() ? 1 : 0; 1 }) {
            $value = plain($_);
        } else {
            $error = plain($@) || 'it ended with an error';
        }
    } else {
        $error = plain($code);
    }
    $error = message($error);
    local ($\, $,) = ('', '');
    my $said = join '', map { length($_) . "\n" . $_ }
        $error, $value, $unquoted ? 1 : 0, $skipped ? 1 : 0, $truth;
    print $out $said or exit 1;
}
