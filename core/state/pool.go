package state

import "time"

// SystemSteps lists the steps of one phase and system that have neither ended nor need a person, in the order they were laid out: what waits
// there, is about to be worked, or is in the middle of it.
func (tx *Tx) SystemSteps(phase, system string) ([]Step, error) {
	return all(tx, "steps in "+system, scanStep, `SELECT `+stepColumns+` FROM step WHERE phase = ?1 AND system = ?2 AND state IN ('ready','waiting','claimed','prepared','committed') ORDER BY id`,
		phase, system)
}

// WaitUntil moves the instant at which steps wake that wait for one thing in a system; what somebody holds stays as it is.
func (tx *Tx) WaitUntil(phase, system, what string, at, now time.Time) error {
	return tx.do("wait in "+system, `UPDATE step SET not_before = ?4 WHERE phase = ?1 AND system = ?2 AND waits_for = ?3 AND state = 'waiting' AND lease_until <= ?5`,
		phase, system, what, stamp(at), stamp(now))
}

// DeleteFramesOf forgets what was captured of a request under one name.
func (tx *Tx) DeleteFramesOf(s Step, edge string) error {
	if err := tx.HoldStep(s); err != nil {
		return err
	}
	return tx.do("forget captured keys of "+s.Request, `DELETE FROM key_frame WHERE request = ? AND system = ? AND edge = ?`, s.Request, s.System, edge)
}
