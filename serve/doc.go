// Package serve shows a run to people and to programs: a page with the live
// picture, events as they happen, the state as JSON, metrics for Prometheus,
// and whether frames get on.
//
// It never holds the loop up. What a loop hands over is copied, and only while
// somebody looks; each viewer gets the newest picture there is when it is
// ready for one, and who does not read is sent away.
//
// It shows what cameras see, and so it listens on this machine alone unless
// there is a token, which every request must then bring. A page of another
// site can neither read nor show anything of it: names that are not this
// machine's are refused where there is no token (DNS rebinding), and so are
// requests that another site causes.
package serve
