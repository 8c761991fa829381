package clinic

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/s3"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/manifests/clinic/sample"
)

// layImages puts every image under a key of its own, with tags and metadata, earlier versions before it and a delete marker above what was
// discarded; and the doses of a month into one object, in the format the map says.
func (s *Stores) layImages(ctx context.Context) error {
	for _, p := range s.Patients {
		for _, x := range p.XRays {
			if err := s.layImage(ctx, p, x); err != nil {
				return err
			}
		}
	}
	return s.layDoses(ctx)
}

// ImageKey is the key of a patient's image.
func ImageKey(p *sample.Patient, x sample.XRay) string {
	return fmt.Sprintf("xrays/%s/%s-%s.png", p.No, x.Taken, x.No)
}

func (s *Stores) layImage(ctx context.Context, p *sample.Patient, x sample.XRay) error {
	key := ImageKey(p, x)
	for _, body := range [][]byte{x.Earlier, x.Contents} {
		if body == nil {
			continue
		}
		_, err := s.Images.Client.PutObject(ctx, &awss3.PutObjectInput{Bucket: &s.Images.Name, Key: &key, Body: bytes.NewReader(body), ContentType: aws.String("image/png"),
			Metadata: map[string]string{"tube": "A-7"}, Tagging: aws.String("modality=intraoral")})
		if err != nil {
			return err
		}
	}
	if !x.Discarded {
		return nil
	}
	_, err := s.Images.Client.DeleteObject(ctx, &awss3.DeleteObjectInput{Bucket: &s.Images.Name, Key: &key})
	return err
}

// layDoses writes the exports by the connector's own hand, which knows the formats; what is read later is read without it.
func (s *Stores) layDoses(ctx context.Context) error {
	at, err := doseAddress()
	if err != nil {
		return err
	}
	var rows []connectors.Row
	months := map[string]bool{}
	for _, p := range s.Patients {
		for _, d := range p.Doses {
			month := d.Day[:len("2006-01")]
			months[month] = true
			rows = append(rows, connectors.Row{"month": month, "patient_no": p.No, "exposed_on": d.Day, "dose_mgy": d.MGy})
		}
	}
	store, err := s3.Connector{}.Open(ctx, connectors.Config(s.Images.Settings()))
	if err != nil {
		return err
	}
	defer store.Close()
	if err := store.(connectors.Fixture).Load(ctx, map[string][]connectors.Row{at: rows}); err != nil {
		return err
	}
	s.doses = at
	for month := range months {
		_, err := s.Images.Client.PutObjectTagging(ctx, &awss3.PutObjectTaggingInput{Bucket: &s.Images.Name, Key: aws.String(doseKey(at, month)),
			Tagging: &types.Tagging{TagSet: []types.Tag{{Key: aws.String("made"), Value: aws.String("monthly")}}}})
		if err != nil {
			return err
		}
	}
	return nil
}

// doseAddress is where the map says that the exports lie.
func doseAddress() (string, error) {
	m, problems := datamap.Load(manifest())
	if m == nil {
		return "", problems
	}
	for _, sys := range m.Systems {
		for _, c := range sys.Collections {
			if c.Name == "dose_export" {
				return c.At, nil
			}
		}
	}
	return "", fmt.Errorf("the map has no collection dose_export")
}

// Doses is how a snapshot names the export of a month.
func (s *Stores) Doses(month string) string { return "images/" + doseKey(s.doses, month) }

// doseKey is a month's object.
func doseKey(at, month string) string {
	return strings.Replace(at, "{month}", month, 1)
}
