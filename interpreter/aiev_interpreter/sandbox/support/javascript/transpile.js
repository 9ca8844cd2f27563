// Transpiles TypeScript and JavaScript modules to CommonJS: node transpile.js FILE...
// Writes build/NAME.js and its source map. Exits with 1 and the compiler's messages on syntax errors. Types are not
// checked, since that would take seconds and need the types of Node.
'use strict';

const fs = require('fs');
const path = require('path');
// Debian's place, and npm's own.
const PLACES = ['/usr/share/nodejs/typescript', '/usr/lib/node_modules/typescript', '/usr/local/lib/node_modules/typescript'];
const ts = require(PLACES.find((place) => fs.existsSync(place)) || PLACES[0]);

const OPTIONS = {
  module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true, sourceMap: true,
  experimentalDecorators: true, useDefineForClassFields: false, jsx: ts.JsxEmit.React,
};

function words(found) {
  const at = found.file ? found.file.getLineAndCharacterOfPosition(found.start) : { line: 0, character: 0 };
  const text = ts.flattenDiagnosticMessageText(found.messageText, '\n');
  return `${path.basename(found.file ? found.file.fileName : 'input')}(${at.line + 1},${at.character + 1}): error TS${found.code}: ${text}`;
}

let failed = false;
fs.mkdirSync('build', { recursive: true });
for (const name of process.argv.slice(2)) {
  const made = ts.transpileModule(fs.readFileSync(name, 'utf8'), {
    compilerOptions: OPTIONS, fileName: name, reportDiagnostics: true,
  });
  for (const found of made.diagnostics) {
    failed = true;
    process.stderr.write(`${words(found)}\n`);
  }
  const stem = name.replace(/\.\w+$/, '');
  const text = made.outputText.replace(/\bimport\.meta\.url\b/g, `"file://${path.resolve(name)}"`);
  fs.writeFileSync(path.join('build', `${stem}.js`), text.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n'));
  fs.writeFileSync(path.join('build', `${stem}.js.map`), made.sourceMapText);
}
process.exitCode = failed ? 1 : 0;
