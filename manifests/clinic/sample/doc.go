// Package sample makes up a dental clinic: patients with visits, an annotated record, invoices, appointments, messages, images and
// doses, in the shape in which the stores of the map beside it hold them. It opens no store. The same seed and day make the same clinic.
//
// Some patients are named ([Cast]): each is there for one date or one difficulty, and says which. Every other one is of the crowd.
package sample
