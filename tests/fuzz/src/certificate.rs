//! A certificate that a stranger made, shown to a person who decides about it: short texts, none that looks like another.

use linnet_messenger::input::CertificateProblem;
use linnet_runtime::fuzz::certificate;

/// 2026, in UTC seconds.
const NOW: u64 = 1_767_225_600;

pub fn run(data: &[u8]) {
    let shown = certificate(data, NOW);
    // Whatever was read: this one is not trusted.
    let problem = shown.problem.expect("a problem was given");
    assert!(matches!(problem, CertificateProblem::Other | CertificateProblem::UnknownIssuer), "{problem:?}");
    assert!(shown.names.len() <= 50, "{} names", shown.names.len());
    for text in shown.names.iter().chain([&shown.subject, &shown.issuer]) {
        assert!(text.chars().count() <= 256, "{} characters", text.chars().count());
        assert!(
            !text.chars().any(|letter| letter.is_control() || "\u{200b}\u{202e}\u{2066}".contains(letter)),
            "{text:?}"
        );
    }
}
