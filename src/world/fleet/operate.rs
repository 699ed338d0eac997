//! What operators do to versions, pods and nodes.

use serde::{Deserialize, Serialize};

use crate::world::control::{ActionError, MAX_REPLICAS};
use crate::world::live::Live;
use crate::world::probe::Probe;
use crate::world::spec::Strategy;
use crate::world::state::Next;
use crate::world::{Unobserved, World};

use super::body::{NodePhase, Stage};

/// What can be done to a roll-out under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RolloutAct {
    /// Take the next step now.
    Promote,
    /// Take no step by itself.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Return to what was before.
    Abort,
}

/// What can be done to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeAct {
    /// Place nothing new there.
    Cordon,
    /// Place pods there again.
    Uncordon,
    /// Move everything elsewhere.
    Drain,
    /// It goes away without a word.
    Lose,
    /// It comes back.
    Return,
}

impl World {
    /// Rolls `version` out.
    pub fn deploy<P: Probe>(
        &mut self,
        service: &str,
        version: &str,
        strategy: Option<Strategy>,
        probe: &mut P,
    ) -> Result<(), ActionError> {
        let index = self.service(service)?;
        let spec = &self.plan.spec.services[index];
        let target =
            spec.versions
                .iter()
                .position(|candidate| candidate.name == version)
                .ok_or_else(|| ActionError::UnknownVersion(version.to_owned()))? as u32;
        let strategy = strategy.unwrap_or(spec.fleet.rollout.strategy);
        let running = &mut self.state.services[index];
        if running.version == target {
            return Err(ActionError::AlreadyAt(version.to_owned()));
        }
        running.previous = Some(running.version);
        let (mut live, agenda) = self.live(probe);
        live.begin_rollout(index as u32, target, strategy, agenda);
        live.follow(Next::Nothing, agenda);
        Ok(())
    }

    /// Rolls back to the version before the last deploy; returns its position.
    /// While a roll-out is under way, what is left of the old pods is kept.
    pub fn roll_back<P: Probe>(
        &mut self,
        service: &str,
        probe: &mut P,
    ) -> Result<u32, ActionError> {
        let index = self.service(service)?;
        let running = &mut self.state.services[index];
        let Some(previous) = running.previous.take() else {
            return Err(ActionError::NothingToRollBack(service.to_owned()));
        };
        let under_way = running
            .rollout
            .is_some_and(|rolling| rolling.stable_version == previous);
        let (mut live, agenda) = self.live(probe);
        if under_way {
            live.abort_rollout(index as u32, agenda);
        } else {
            live.begin_rollout(index as u32, previous, Strategy::Rolling, agenda);
        }
        live.follow(Next::Nothing, agenda);
        Ok(previous)
    }

    /// Replaces every pod, a few at a time.
    pub fn restart<P: Probe>(&mut self, service: &str, probe: &mut P) -> Result<(), ActionError> {
        let index = self.service(service)?;
        let version = self.state.services[index].version;
        let (mut live, agenda) = self.live(probe);
        live.begin_rollout(index as u32, version, Strategy::Rolling, agenda);
        live.follow(Next::Nothing, agenda);
        Ok(())
    }

    /// Changes the number of pods. An autoscaler that is on may change it again.
    pub fn scale<P: Probe>(
        &mut self,
        service: &str,
        replicas: u32,
        probe: &mut P,
    ) -> Result<(), ActionError> {
        let index = self.service(service)?;
        if !(1..=MAX_REPLICAS).contains(&replicas) {
            return Err(ActionError::Replicas(replicas));
        }
        self.state.services[index].replicas = replicas;
        let (mut live, agenda) = self.live(probe);
        live.reconcile(index as u32, agenda);
        live.follow(Next::Nothing, agenda);
        Ok(())
    }

    /// Steers a roll-out under way.
    pub fn steer_rollout<P: Probe>(
        &mut self,
        service: &str,
        act: RolloutAct,
        probe: &mut P,
    ) -> Result<(), ActionError> {
        let index = self.service(service)?;
        let Some(rolling) = &mut self.state.services[index].rollout else {
            return Err(ActionError::NoRollout(service.to_owned()));
        };
        match act {
            RolloutAct::Pause | RolloutAct::Resume => {
                let pause = act == RolloutAct::Pause;
                if rolling.paused == pause {
                    return Err(ActionError::AlreadySo(service.to_owned()));
                }
                rolling.paused = pause;
                let (mut live, agenda) = self.live(probe);
                live.reconcile(index as u32, agenda);
                live.follow(Next::Nothing, agenda);
            }
            RolloutAct::Promote => {
                if matches!(rolling.stage, Stage::Replace | Stage::Empty | Stage::Fill) {
                    return Err(ActionError::NoStep(service.to_owned()));
                }
                let (mut live, agenda) = self.live(probe);
                live.promote(index as u32, agenda);
                live.follow(Next::Nothing, agenda);
            }
            RolloutAct::Abort => {
                self.state.services[index].previous = None;
                let (mut live, agenda) = self.live(probe);
                live.abort_rollout(index as u32, agenda);
                live.follow(Next::Nothing, agenda);
            }
        }
        Ok(())
    }

    /// Turns an autoscaler on or off, or gives it other bounds.
    pub fn set_autoscaler(
        &mut self,
        service: &str,
        on: Option<bool>,
        bounds: Option<(u32, u32)>,
    ) -> Result<(), ActionError> {
        let index = self.service(service)?;
        if let Some((min, max)) = bounds
            && !(1 <= min && min <= max && max <= MAX_REPLICAS)
        {
            return Err(ActionError::Bounds(min, max));
        }
        let Some(scaler) = &mut self.state.services[index].scaler else {
            return Err(ActionError::NoAutoscaler(service.to_owned()));
        };
        scaler.on = on.unwrap_or(scaler.on);
        scaler.bounds = bounds.or(scaler.bounds);
        Ok(())
    }

    /// Does something to a node.
    pub fn act_on_node<P: Probe>(
        &mut self,
        name: &str,
        act: NodeAct,
        probe: &mut P,
    ) -> Result<(), ActionError> {
        let place = self
            .nodes()
            .find(|node| node.name == name)
            .map(|node| node.place)
            .ok_or_else(|| ActionError::UnknownNode(name.to_owned()))?;
        let node = &mut self.state.fleet.nodes[place as usize];
        let gone = matches!(node.phase, NodePhase::Lost | NodePhase::Silent);
        let possible = match act {
            NodeAct::Cordon => !node.cordoned,
            NodeAct::Uncordon => node.cordoned,
            NodeAct::Drain => !gone,
            NodeAct::Lose => node.phase == NodePhase::Ready,
            NodeAct::Return => gone,
        };
        if !possible {
            return Err(ActionError::AlreadySo(name.to_owned()));
        }
        node.cordoned = match act {
            NodeAct::Cordon => true,
            NodeAct::Uncordon => false,
            _ => node.cordoned,
        };
        let (mut live, agenda) = self.live(probe);
        match act {
            NodeAct::Cordon => {}
            NodeAct::Uncordon => live.place_pending(agenda),
            NodeAct::Drain => live.drain_node(place, agenda),
            NodeAct::Lose => live.lose_node(place, None, agenda),
            NodeAct::Return => live.return_node(place, agenda),
        }
        live.follow(Next::Nothing, agenda);
        Ok(())
    }

    /// Loses every node of a zone, or brings them back; returns how many.
    pub fn act_on_zone<P: Probe>(
        &mut self,
        zone: &str,
        lost: bool,
        probe: &mut P,
    ) -> Result<u32, ActionError> {
        let zones = self.plan.spec.topology.iter().flat_map(|t| &t.zones);
        if !zones.clone().any(|known| known.name == zone) {
            return Err(ActionError::UnknownZone(zone.to_owned()));
        }
        let places: Vec<u32> = self
            .nodes()
            .filter(|node| {
                let gone = matches!(node.phase, NodePhase::Lost | NodePhase::Silent);
                node.zone == zone && gone != lost && node.phase != NodePhase::Booting
            })
            .map(|node| node.place)
            .collect();
        if places.is_empty() {
            return Err(ActionError::AlreadySo(zone.to_owned()));
        }
        let (mut live, agenda) = self.live(probe);
        for place in &places {
            if lost {
                live.lose_node(*place, None, agenda);
            } else {
                live.return_node(*place, agenda);
            }
        }
        live.follow(Next::Nothing, agenda);
        Ok(places.len() as u32)
    }

    fn live<'a, P: Probe>(
        &'a mut self,
        probe: &'a mut P,
    ) -> (
        Live<'a, P>,
        &'a mut crate::engine::Agenda<crate::world::state::Event>,
    ) {
        let live = Live {
            plan: &self.plan,
            state: &mut self.state,
            probe,
        };
        (live, &mut self.agenda)
    }

    /// Places the first pods and starts what looks on by itself.
    pub(in crate::world) fn start_fleet(&mut self) {
        let mut nobody = Unobserved;
        let (mut live, agenda) = self.live(&mut nobody);
        for service in 0..live.state.services.len() as u32 {
            live.start_service(service, agenda);
        }
    }
}
