package mongodb

import (
	"encoding/hex"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"github.com/dossier-dsr/dossier/connectors"
)

// uuid is the subtype of binary values that are UUIDs.
const uuid = 4

// fromBSON gives a value in the contract's types. ObjectIds and UUIDs are their usual text, dates instants in UTC, decimals exact; documents,
// arrays and what the contract has no type for, bytes that are marked as something else than bytes too, are Extended JSON.
func fromBSON(v bson.RawValue) any {
	switch v.Type {
	case 0, bson.TypeNull, bson.TypeUndefined:
		return nil
	case bson.TypeBoolean:
		return v.Boolean()
	case bson.TypeInt32:
		return int64(v.Int32())
	case bson.TypeInt64:
		return v.Int64()
	case bson.TypeDouble:
		return v.Double()
	case bson.TypeString:
		return v.StringValue()
	case bson.TypeSymbol:
		return v.Symbol()
	case bson.TypeObjectID:
		return v.ObjectID().Hex()
	case bson.TypeDateTime:
		return time.UnixMilli(v.DateTime()).UTC()
	case bson.TypeDecimal128:
		return fromDecimal(v.Decimal128())
	case bson.TypeBinary:
		subtype, data := v.Binary()
		if subtype == uuid && len(data) == 16 {
			return uuidText(data)
		}
		if subtype == bson.TypeBinaryGeneric || subtype == bson.TypeBinaryBinaryOld {
			return append([]byte{}, data...)
		}
	}
	return extended(v)
}

// fromDecimal gives a decimal exactly; one that is no number is a text.
func fromDecimal(d bson.Decimal128) any {
	if d.IsNaN() || d.IsInf() != 0 {
		return d.String()
	}
	return connectors.Decimal(d.String())
}

func uuidText(b []byte) string {
	h := hex.EncodeToString(b)
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// uuidBytes reads the usual form of a UUID.
func uuidBytes(s string) ([]byte, bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return nil, false
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, "-", ""))
	return b, err == nil && len(b) == 16
}

// extended writes a value as relaxed Extended JSON.
func extended(v bson.RawValue) any {
	text, err := bson.MarshalExtJSON(document([]element{{"v", v}}), false, false)
	if err != nil {
		return connectors.JSON(`{"$undefined":true}`) // a value the driver cannot write is still shown to be there
	}
	return connectors.JSON(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(string(text)), `{"v":`), "}"))
}
