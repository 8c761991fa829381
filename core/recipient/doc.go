// Package recipient is the art. 19 list: for each request every recipient to whom the person's data was disclosed, what it had, how and when
// it was told, or why it was not.
//
// The list is made from the map and from what disclosure logs name, before anything is erased ([List]); afterwards nobody could tell. It
// is stored by [Queue] and goes through the states queued, sent, acknowledged, done; failed is tried again; exempt needs a limb, a letter, reasoning and
// evidence, for the burden of proof is the controller's. Letter a never serves for a processor: it holds a copy and is instructed (art. 28(3)), and
// no request is complete before it has confirmed ([Open]).
//
// What a recipient calls the person is sealed under a key that outlives the request. The list itself names organisations, and goes to the
// person on request (art. 19, second sentence) in the narrower form of [ForSubject].
package recipient
