package clinic

import (
	"context"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
)

func (s *Stores) layDesk(ctx context.Context) error {
	db := s.Desk.Client.Database(s.Desk.Database)
	docs := map[string][]any{}
	add := func(to string, d bson.D) { docs[to] = append(docs[to], d) }
	for _, p := range s.Patients {
		for i, a := range p.Appointments {
			add("appointments", bson.D{{Key: "_id", Value: objectID(p.ID, i)}, {Key: "patient", Value: bson.D{{Key: "no", Value: p.No}, {Key: "phone", Value: p.Phone}}},
				{Key: "starts_at", Value: a.Starts}, {Key: "reason", Value: a.Reason}, {Key: "booked_by", Value: bson.D{{Key: "name", Value: a.BookedBy}}}, {Key: "minutes", Value: int64(30)}})
		}
		for i, th := range p.Threads {
			var messages bson.A
			for _, m := range th.Messages {
				d := bson.D{{Key: "no", Value: int32(m.No)}, {Key: "sent_at", Value: m.At}, {Key: "text", Value: m.Text}}
				switch m.Author {
				case "":
					d = append(d, bson.E{Key: "author_no", Value: p.No})
				case "-": // the clinic's own
				default:
					d = append(d, bson.E{Key: "author_no", Value: m.Author})
				}
				messages = append(messages, d)
			}
			d := bson.D{{Key: "_id", Value: threadID(p, i)}, {Key: "opened_by", Value: bson.D{{Key: "patient_no", Value: p.No}}}, {Key: "topic", Value: th.Topic}, {Key: "messages", Value: messages}}
			if !th.Closed.IsZero() {
				d = append(d, bson.E{Key: "closed_at", Value: th.Closed})
			}
			add("threads", d)
		}
		for i, f := range p.Photos {
			id := objectID(p.ID, 700+i)
			add("photos.files", bson.D{{Key: "_id", Value: id}, {Key: "length", Value: int64(len(f.Contents))}, {Key: "chunkSize", Value: int32(255 * 1024)},
				{Key: "uploadDate", Value: f.At}, {Key: "filename", Value: f.Name}, {Key: "metadata", Value: bson.D{{Key: "patient_no", Value: p.No}}}})
			add("photos.chunks", bson.D{{Key: "_id", Value: objectID(p.ID, 800+i)}, {Key: "files_id", Value: id}, {Key: "n", Value: int32(0)}, {Key: "data", Value: f.Contents}})
		}
		for i, q := range p.Questions {
			add("questions", bson.D{{Key: "_id", Value: objectID(p.ID, 500+i)}, {Key: "email", Value: p.Email}, {Key: "asked_at", Value: q.At}, {Key: "text", Value: q.Text}})
		}
		if p.Newsletter != "" {
			add("newsletter", bson.D{{Key: "_id", Value: objectID(p.ID, 900)}, {Key: "email", Value: p.Email}, {Key: "topics", Value: p.Newsletter}})
		}
	}
	for to, all := range docs {
		if _, err := db.Collection(to).InsertMany(ctx, all); err != nil {
			return fmt.Errorf("%s: %w", to, err)
		}
	}
	return nil
}

// objectID is the i-th of a patient, the same each time.
func objectID(patient int64, i int) bson.ObjectID {
	var id bson.ObjectID
	copy(id[:], fmt.Sprintf("%08d%04d", patient, i))
	return id
}

// threadID names nobody: it stays where the conversation does.
func threadID(p *sample.Patient, i int) string { return fmt.Sprintf("T-%d-%d", 40_000+7*p.ID, i) }

// ID is how a snapshot names the i-th document of a patient.
func ID(p *sample.Patient, i int) string { return objectID(p.ID, i).Hex() }

// Thread is how it names a patient's i-th conversation.
func Thread(p *sample.Patient, i int) string { return threadID(p, i) }
