"""The files of a report, each made from its pieces: page, document, deck, workbook."""
