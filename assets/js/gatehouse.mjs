// The only script of the pages. Everything works without it; it adds character counts, "show password",
// the folding menu, one press for a double click, and focus on the error summary.
// The build puts the components' own code above this line, so that the browser fetches one file.
initAll();
