package files

import "github.com/dossier-dsr/dossier/connectors/objects"

import "context"

// joint is the drawer that goes together with the exchange of a file; settle.go says how.
type joint struct {
	ctx    context.Context
	app    *application
	from   *objects.Source
	file   *file
	drawer *drawer

	room  *room
	name  string
	state jointState
}

type jointState int

const (
	apart  jointState = iota // nothing was saved
	saved                    // .next is there, and does not count
	joined                   // the new file is in place: .next counts
	backed                   // .next has become .back, which counts
	parted                   // the exchange has been undone
)

// ready saves the drawer as it is to be, before the new file gets its name.
func (j *joint) ready(x *exchange, spare string) error {
	var err error
	if j.room, err = j.app.store.vault.own(j.ctx, patience); err != nil {
		return err
	}
	if err := j.room.closed(); err != nil {
		return err
	}
	j.name = drawerName(j.drawer.Format, j.drawer.Path)
	now, err := j.room.drawer(j.name, false)
	if err != nil {
		return err
	}
	if now.version() != j.file.drawer.version() {
		return errChanged
	}
	if err := j.room.settleOne(j.name); err != nil {
		return err
	}
	if err := x.dir.sync(); err != nil { // its name must last before .next tells of it
		return err
	}
	j.drawer.Temp, j.drawer.Spare = x.temp, spare
	if err := j.room.save(j.drawer, nextEnd); err != nil {
		return err
	}
	j.state = saved
	j.app.store.reached("saved")
	return nil
}

// back says that the old file is to get its name again.
func (j *joint) back() error {
	if err := j.room.root.Rename(j.name+nextEnd, j.name+backEnd); err != nil {
		return clean(err)
	}
	j.state = backed
	j.app.store.reached("backed")
	return j.room.sync()
}

// close ends as the exchange did: called before the names go by which that could be told.
func (j *joint) close() error {
	if j.room == nil {
		return nil
	}
	defer func() {
		j.room.close()
		j.room = nil
		j.drawer.Temp, j.drawer.Spare = "", ""
	}()
	switch j.state {
	case saved:
		return j.room.drop(j.name + nextEnd)
	case backed: // the old file did not get its name after all
		if err := j.room.root.Rename(j.name+backEnd, j.name+nextEnd); err != nil {
			return clean(err)
		}
		return j.room.confirm(j.name)
	case joined:
		err := j.room.confirm(j.name)
		j.app.store.reached("confirmed")
		return err
	case parted:
		return j.room.drop(j.name + backEnd)
	}
	return nil
}
