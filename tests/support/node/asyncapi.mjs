// Reads AsyncAPI documents with the official parser; prints what it finds wrong in each, and the addresses of its channels.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
const found = [];
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(readFileSync(file, "utf8"));
  const problems = diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path: path.join("/"), message }));
  found.push({ problems, channels: document ? document.allChannels().all().map((channel) => channel.address()) : [] });
}
console.log(JSON.stringify(found));
