// Loaded into every Node.js program that the tests start: ends it when they are gone, however they went.
process.stdin.on("end", () => process.exit()).on("error", () => process.exit()).resume();
