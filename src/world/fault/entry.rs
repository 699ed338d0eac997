//! What can be asked of a line of the catalogue: its usual values, whether
//! values fit it, and how it reads with them.

use super::catalogue::{Entry, Group, Parameter, Unit};

impl Entry {
    /// The values that a form offers first.
    pub fn usual(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.usual).collect()
    }

    /// Whether it acts on a service as a whole, and not on some of its pods or requests.
    pub fn is_whole(&self) -> bool {
        let whole = matches!(self.group, Group::Load | Group::Telemetry);
        (self.only.is_some() || whole) && !self.by_request
    }

    /// Whether `values` has one value for each parameter, in its range; the
    /// last may be missing where they have one of their own.
    ///
    /// # Errors
    /// What is wrong with which parameter.
    pub fn check(&self, values: &[f64]) -> Result<(), String> {
        let (wanted, given) = (self.parameters.len(), values.len());
        let missing = self.parameters.get(given..);
        if missing.is_none_or(|missing| missing.iter().any(|p| p.absent.is_none())) {
            return Err(format!(
                "`{}` has {wanted} parameters, not {given}",
                self.name
            ));
        }
        for (parameter, value) in self.parameters.iter().zip(values) {
            let (least, most) = (parameter.least, parameter.most);
            let counts = matches!(parameter.unit, Unit::Count | Unit::Bytes);
            let whole = !counts || libm::trunc(*value) == *value;
            if !(least..=most).contains(value) || !whole {
                return Err(format!(
                    "`{}` of `{}` is {value}; it must be from {least} to {most}",
                    parameter.name, self.name
                ));
            }
        }
        Ok(())
    }

    /// Parameters with values, in words: `300ms extra wait`.
    pub fn tell(&self, values: &[f64]) -> String {
        let shown: Vec<String> = self
            .parameters
            .iter()
            .zip(values)
            .filter(|(parameter, value)| parameter.absent != Some(**value))
            .map(|(parameter, value)| parameter.tell(*value))
            .collect();
        if shown.is_empty() {
            self.title.to_ascii_lowercase()
        } else {
            format!("{} ({})", self.title.to_ascii_lowercase(), shown.join(", "))
        }
    }
}

impl Parameter {
    fn tell(&self, value: f64) -> String {
        match self.unit {
            Unit::Time => crate::base::Span::from_secs_f64(value).to_string(),
            Unit::Share => match crate::base::Ratio::new(value) {
                Some(ratio) => ratio.to_string(),
                None => "?".to_owned(),
            },
            Unit::Factor => format!("{value} times"),
            Unit::Cores => format!("{value} cores"),
            Unit::Bytes => crate::base::Bytes::new(value as u64).to_string(),
            Unit::Count => format!("{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::world::fault::FaultKind;
    use crate::world::fault::catalogue::CATALOGUE;

    #[test]
    fn every_kind_stands_at_its_own_place_with_a_name_of_its_own() {
        for (place, entry) in CATALOGUE.iter().enumerate() {
            assert_eq!(entry.kind as usize, place, "{}", entry.name);
            assert_eq!(FaultKind::named(entry.name), Some(entry.kind));
            assert_eq!(entry.kind.entry(), entry);
            let json = serde_json::to_string(&entry.kind).expect("plain data");
            assert_eq!(json, format!("\"{}\"", entry.name));
        }
    }

    #[test]
    fn usual_values_are_allowed_and_others_are_named() {
        for entry in &CATALOGUE {
            assert_eq!(entry.check(&entry.usual()), Ok(()), "{}", entry.name);
            let more = vec![1.0; entry.parameters.len() + 1];
            assert!(entry.check(&more).is_err());
            for (place, parameter) in entry.parameters.iter().enumerate() {
                for wrong in [parameter.most * 1.01 + 1.0, -1.0, f64::NAN] {
                    let mut values = entry.usual();
                    values[place] = wrong;
                    let problem = entry.check(&values).expect_err("out of range");
                    assert!(problem.contains(parameter.name), "{problem}");
                }
            }
        }
    }
}
