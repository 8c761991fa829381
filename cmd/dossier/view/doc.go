// Package view owns the shape of everything the terminal shows. The rules:
//
//   - the result on standard output, progress and problems on standard error;
//   - words, not symbols; one line for what was not found;
//   - numbers right-aligned with thousands separators, dates as Thu 3 Dec 2026;
//   - what stays is never shorter than what goes;
//   - every problem ends with the command that helps;
//   - no identifier in clear; at most 100 columns;
//   - colour and moving lines only on a terminal, and not where NO_COLOR is set.
package view
