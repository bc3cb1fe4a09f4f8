//! What an expression says of itself, without any perl. What it gives is held
//! against perl where processes are started.

use super::{Context, ExprError, Expression, Fate, Quoting};

fn evaluate(source: &str, value: &[u8]) -> Result<super::Evaluated, ExprError> {
    let args: [&[u8]; 2] = [b"first", b"\xff"];
    let context = Context {
        args: &args,
        seq: 7,
        slot: 2,
        total: &|| 9,
        quote: &|value| [b"<", value, b">"].concat(),
        perl: None,
    };
    Expression::parse(source.as_bytes()).evaluate(value, &context)
}

#[test]
fn values_are_bytes() {
    for value in [b"\xff\x00\n'".as_slice(), b"\xc3\xa9", b"", b"\n"] {
        let same = evaluate("1", value).expect("nothing is done");
        assert_eq!(same.value, value);
        let turned = evaluate("s/(.)/$1/sg", value).expect("each byte for itself");
        assert_eq!(turned.value, value);
        let count = evaluate("$_ = length", value).expect("bytes are counted");
        assert_eq!(count.value, value.len().to_string().as_bytes());
    }
    assert_eq!(
        evaluate("$_ = $arg[2]", b"").expect("an argument").value,
        b"\xff"
    );
}

#[test]
fn quoting_and_fate_are_told() {
    let plain = evaluate("$_ = Q($_)", b"a b").expect("Q");
    assert_eq!(
        (plain.value.as_slice(), plain.quoting),
        (b"<a b>".as_slice(), Quoting::Quoted)
    );
    assert_eq!(
        evaluate("uq", b"a b").expect("uq").quoting,
        Quoting::Unquoted
    );
    assert_eq!(
        evaluate("skip() if $_ eq 'x'", b"x").expect("skip").fate,
        Fate::Skipped
    );
    assert_eq!(
        evaluate("skip() if $_ eq 'x'", b"y").expect("skip").fate,
        Fate::Runs
    );
}

#[test]
fn what_needs_perl_says_so_before_any_value() {
    let expression = Expression::parse(b" $_ = join ',', map { uc } split /,/ ");
    assert_eq!(expression.needs_perl(), Some("`map`"));
    let error = expression.without_perl().expect("an error").to_string();
    assert!(
        error.starts_with(
            "cannot evaluate `$_ = join ',', map { uc } split /,/` without perl (`map`)"
        ),
        "{error}"
    );
    assert_eq!(Expression::parse(b"s/a/b/").needs_perl(), None);
}

#[test]
fn only_who_asks_for_the_total_uses_it() {
    assert!(Expression::parse(b"$_ = total_jobs()").uses_total());
    assert!(Expression::parse(b"$_ = sprintf '%*d', length(total_jobs), seq").uses_total());
    assert!(!Expression::parse(b"$_ = seq()").uses_total());
}

#[test]
fn variables_that_pass_from_job_to_job_are_perls() {
    for source in [
        "$a++",
        "$_ = $x",
        "$x = 1 if /a/; $_ = $x",
        "/a/ and $x = 1",
        "$x .= $_",
        "if (/a/) { $x = 1 } $_ = $x",
        "$_ = \"$x\"",
    ] {
        assert!(
            Expression::parse(source.as_bytes()).needs_perl().is_some(),
            "{source}"
        );
    }
    let mut writes = Expression::parse(b"$x = $_");
    let mut reads = Expression::parse(b"$_ = $x");
    let mut private = Expression::parse(b"my $y = $_; $_ = $y");
    assert_eq!(writes.needs_perl(), None);
    Expression::together([&mut writes, &mut reads, &mut private]);
    assert!(writes.needs_perl().is_some(), "the other one reads it");
    assert_eq!(private.needs_perl(), None);
}

#[test]
fn nothing_runs_away() {
    for source in ["$_ = 'x' x 1e12", "my @a = 1..1e9", "my @a; $a[1e9] = 1"] {
        let error = evaluate(source, b"v").expect_err(source);
        assert!(
            matches!(error, ExprError::Failed { .. }),
            "{source}: {error}"
        );
    }
    let deep = format!("$_ = {}1{}", "(".repeat(10_000), ")".repeat(10_000));
    assert!(matches!(
        evaluate(&deep, b"v"),
        Err(ExprError::NeedsPerl { .. })
    ));
    let slow = "s/^(a+)+\\1$/x/";
    let value = "a".repeat(60) + "!";
    assert!(
        matches!(
            evaluate(slow, value.as_bytes()),
            Ok(_) | Err(ExprError::NeedsPerl { .. })
        ),
        "it ends, one way or the other"
    );
}

proptest::proptest! {
    /// No text makes the parser panic, and none makes it run without end.
    #[test]
    fn any_text_is_parsed_or_left_to_perl(source in "[-+*/%.x=~!?:;,(){}\\[\\]$@#&|<> a-z0-9_'\"\\\\^\n]{0,40}", value in "[ -~\n]{0,12}") {
        let _either = evaluate(&source, value.as_bytes());
    }
}
