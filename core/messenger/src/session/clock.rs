//! The server's clock against ours, measured at every bind and resumption: a phone with a wrong clock still shows right
//! times. The way from the server is in it as it is in every message that arrives, so the two cancel out. An answer that
//! was long on its way, because the link was dead meanwhile or the device asleep, says no more than between which two
//! times the server's lies: it is asked for again. Times are shown and sent, never used for order or deadlines.
//!
//! XEPs: 0082, 0202

use crate::engine::cx::Cx;
use crate::engine::feature::{Done, Feature, SessionEvent};
use crate::engine::request::{Answer, Purpose};
use crate::fault::Fault;
use crate::wire::{Element, ns};

/// An answer that took longer tells only bounds, milliseconds.
const FRESH: u64 = 2_000;

/// So often in a row it is asked, on a link that is that slow always. Without the right time the archive is asked soon.
const TRIES: u32 = 3;

/// From the beginning of the year 1 to the end of 9999, UTC milliseconds.
const YEARS: std::ops::Range<i64> = -62_135_596_800_000..253_402_300_800_000;

/// See the module.
#[derive(Debug)]
pub struct ServerClock;

fn ask(cx: &mut Cx<'_>, tries: u32) -> Result<(), Fault> {
    let domain = cx.own().domain().to_string();
    let purpose = Purpose::ServerTime { asked: cx.now.mono, tries };
    cx.request("get", Some(&domain), Element::new("time", ns::TIME), &purpose)?;
    Ok(())
}

fn set(cx: &mut Cx<'_>, offset: i64) -> Result<Done, Fault> {
    cx.session.clock_offset = offset;
    cx.tx
        .prepare_cached("UPDATE account SET clock_offset = ?2 WHERE id = ?1")?
        .execute((cx.session.account, offset))?;
    Ok(Done::Taken)
}

impl Feature for ServerClock {
    fn session(&self, cx: &mut Cx<'_>, event: SessionEvent) -> Result<(), Fault> {
        cx.session.clock_known = false;
        // A resumption may follow a start with another wall clock.
        if event != SessionEvent::Lost {
            ask(cx, 1)?;
        }
        Ok(())
    }

    fn reply(&self, cx: &mut Cx<'_>, purpose: &Purpose, answer: &Answer<'_>) -> Result<Done, Fault> {
        let Purpose::ServerTime { asked, tries } = *purpose else { return Ok(Done::Pass) };
        let Answer::Result(iq) = answer else { return Ok(Done::Taken) };
        let took = cx.now.mono.saturating_sub(asked);
        let server = iq
            .first("time", ns::TIME)
            .and_then(|time| time.first("utc", ns::TIME))
            .and_then(|utc| parse_stamp(&utc.content()));
        let Some(server) = server else { return Ok(Done::Taken) };
        let offset = server.saturating_sub(cx.now.wall);
        if took <= FRESH {
            cx.session.clock_known = true;
            // Half the round trip is in it: below a few seconds it says nothing.
            return set(cx, if offset.abs() < 5_000 { 0 } else { offset });
        }
        if cx.session.clock_known {
            return Ok(Done::Taken);
        }
        if tries < TRIES {
            ask(cx, tries + 1)?;
        }
        let (least, most) = (offset, offset.saturating_add_unsigned(took));
        set(cx, cx.session.clock_offset.clamp(least, most))
    }
}

/// An XEP-0082 date-time as UTC milliseconds. Lenient in what real servers do: any number of fraction digits, a zone
/// offset or, wrongly, none (taken as UTC). The years 1 to 9999 in UTC, for only they can be written again.
pub fn parse_stamp(text: &str) -> Option<i64> {
    let text = text.trim();
    let (date, rest) = text.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    if date.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    let zone_at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (clock, zone) = (rest.get(..zone_at)?, rest.get(zone_at..)?);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let mut clock = clock.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if clock.next().is_some() || !(0..=23).contains(&hour) || !(0..=59).contains(&minute) || !(0..=60).contains(&second)
    {
        return None;
    }
    if !fraction.chars().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let millis: i64 = fraction
        .chars()
        .chain("000".chars())
        .take(3)
        .fold(0, |sum, digit| sum * 10 + i64::from(digit.to_digit(10).unwrap_or(0)));
    let zone = match zone {
        "" | "Z" | "z" => 0,
        _ => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let minutes = hours.parse::<i64>().ok()?.checked_mul(60)?.checked_add(minutes.parse::<i64>().ok()?)?;
            if !(0..=24 * 60).contains(&minutes) {
                return None;
            }
            if zone.starts_with('-') { -minutes } else { minutes }
        }
    };
    let seconds = days_from_civil(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - zone * 60;
    Some(seconds * 1_000 + millis).filter(|time| YEARS.contains(time))
}

/// UTC milliseconds as an XEP-0082 date-time.
pub fn format_stamp(time: i64) -> String {
    let (days, millis) = (time.div_euclid(86_400_000), time.rem_euclid(86_400_000));
    let (year, month, day) = civil_from_days(days);
    let (seconds, fraction) = (millis / 1_000, millis % 1_000);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{fraction:03}Z",
        seconds / 3_600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_of_every_shape_are_read() {
        for (text, time) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2002-09-10T23:41:07Z", 1_031_701_267_000),
            ("2002-09-10T23:41:07.5Z", 1_031_701_267_500),
            ("2002-09-10T23:41:07.123456Z", 1_031_701_267_123),
            ("2002-09-11T01:41:07+02:00", 1_031_701_267_000),
            ("2002-09-10T19:11:07-04:30", 1_031_701_267_000),
            ("2002-09-10T23:41:07", 1_031_701_267_000),
        ] {
            assert_eq!(parse_stamp(text), Some(time), "{text}");
        }
        for text in
            ["", "T", "2002-09-10", "2002-13-10T00:00:00Z", "x-09-10T00:00:00Z", "2002-09-10T25:00:00Z", "🦀T🦀"]
        {
            assert_eq!(parse_stamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_zone_does_not_lead_out_of_the_years_that_can_be_written() {
        for (text, time) in [
            ("0001-01-01T00:00:00Z", Some(YEARS.start)),
            ("0001-01-01T05:06:00+05:06", Some(YEARS.start)),
            ("0001-01-01T05:05:59+05:06", None),
            ("9999-12-31T23:59:59.999Z", Some(YEARS.end - 1)),
            ("9999-12-31T23:59:60Z", None),
            ("9999-12-31T23:00:00-01:00", None),
        ] {
            assert_eq!(parse_stamp(text), time, "{text}");
        }
    }

    #[test]
    fn formatting_is_undone_by_parsing() {
        for time in [0, 1, -1, 951_782_400_000, 4_102_444_799_999, -62_135_596_800_000, 1_795_262_400_123] {
            assert_eq!(parse_stamp(&format_stamp(time)), Some(time), "{}", format_stamp(time));
        }
    }
}
