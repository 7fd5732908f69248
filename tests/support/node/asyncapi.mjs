// Reads an AsyncAPI document with the official parser; prints what it finds wrong, and the addresses of the channels.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
const problems = diagnostics.map(({ severity, code, path, message }) => ({ severity, code, path: path.join("/"), message }));
const channels = document ? document.allChannels().all().map((channel) => channel.address()) : [];
console.log(JSON.stringify({ version: document?.version() ?? null, channels, problems }));
