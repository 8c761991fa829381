// Package mongodb connects Dossier to MongoDB, and to servers that speak its protocol.
package mongodb
