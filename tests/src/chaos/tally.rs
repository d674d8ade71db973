//! What really happened, and whether it was enough: a run in which nothing went wrong by luck proves nothing.

use super::plan::FaultPoint;

/// Counts of one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub cuts: u64,
    /// Cuts that fell with bytes unacknowledged.
    pub hits: u64,
    pub inside_stanza: u64,
    pub inside_login: u64,
    pub half_open: u64,
    pub kills: u64,
    /// Kills between receiving and committing, or between committing and acknowledging.
    pub between: u64,
    pub server_restarts: u64,
    pub resumed: u64,
    pub reset: u64,
    /// Extensions that worked until they ended or died.
    pub wakes: u64,
    /// Extensions that the app overtook at work.
    pub wakes_overtaken: u64,
    /// Extensions that found the app there.
    pub wakes_refused: u64,
}

impl Tally {
    /// Notes a kill.
    pub fn kill(&mut self, point: Option<FaultPoint>) {
        self.kills += 1;
        self.between += u64::from(matches!(point, Some(FaultPoint::Received | FaultPoint::Committed)));
    }

    /// Which quota was missed, in words. `cuts` and `kills` are what was wished; runs with fewer than 100 cuts owe less
    /// of each kind.
    pub fn missed(&self, cuts: u64, kills: u64, processes: u64) -> Vec<String> {
        let mut missed = Vec::new();
        let mut owe = |what: &str, found: u64, least: u64| {
            if found < least {
                missed.push(format!("{what}: {found}, at least {least} needed"));
            }
        };
        owe("cuts", self.cuts, cuts);
        owe("kills", self.kills, kills);
        owe("cuts with bytes unacknowledged", self.hits, (self.cuts * 80).div_ceil(100));
        owe(
            "kills between receiving and committing or committing and acknowledging",
            self.between,
            (self.kills * 30).div_ceil(100),
        );
        let each = (cuts / 20).min(5);
        for (what, found) in [
            ("streams resumed", self.resumed),
            ("streams reset", self.reset),
            ("server restarts", self.server_restarts),
            ("half-open links", self.half_open),
            ("cuts inside a stanza", self.inside_stanza),
            ("cuts inside the login", self.inside_login),
        ] {
            owe(what, found, each);
        }
        if processes > 1 {
            let each = (cuts / 40).min(5);
            owe("extensions at work", self.wakes, each);
            owe("extensions overtaken", self.wakes_overtaken, each);
            owe("extensions refused", self.wakes_refused, each);
        }
        missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enough() -> Tally {
        Tally {
            cuts: 100,
            hits: 80,
            inside_stanza: 5,
            inside_login: 5,
            half_open: 5,
            kills: 20,
            between: 6,
            server_restarts: 5,
            resumed: 5,
            reset: 5,
            wakes: 2,
            wakes_overtaken: 2,
            wakes_refused: 2,
        }
    }

    #[test]
    fn just_enough_is_enough() {
        assert_eq!(enough().missed(100, 20, 2), Vec::<String>::new());
    }

    #[test]
    fn each_quota_is_held() {
        let spoil: [fn(&mut Tally); 13] = [
            |t| t.cuts = 99,
            |t| t.hits = 79,
            |t| t.inside_stanza = 4,
            |t| t.inside_login = 4,
            |t| t.half_open = 4,
            |t| t.kills = 19,
            |t| t.between = 5,
            |t| t.server_restarts = 4,
            |t| t.resumed = 4,
            |t| t.reset = 4,
            |t| t.wakes = 1,
            |t| t.wakes_overtaken = 1,
            |t| t.wakes_refused = 1,
        ];
        for spoil in spoil {
            let mut tally = enough();
            spoil(&mut tally);
            assert_eq!(tally.missed(100, 20, 2).len(), 1, "{tally:?}");
        }
    }

    #[test]
    fn a_small_run_owes_less() {
        assert_eq!(Tally::default().missed(0, 0, 2), Vec::<String>::new());
        assert_eq!(Tally { cuts: 40, hits: 40, ..Tally::default() }.missed(40, 0, 1).len(), 6);
    }
}
