"use strict";

const make = (tag, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

let fields = 0;

function field(name, properties) {
  const id = `field-${++fields}`;
  const input = make("input", { id, name, autocomplete: "off", ...properties });
  return [make("label", { htmlFor: id, textContent: name }), input];
}

function inputsOf(operation) {
  const inputs = (operation.parameters ?? []).flatMap((parameter) => {
    const [label, input] = field(parameter.name, { required: parameter.required ?? false, title: parameter.description ?? "" });
    input.dataset.place = parameter.in;
    return [label, input];
  });
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (type === "multipart/form-data") {
    for (const [name, schema] of Object.entries(content.schema.properties)) {
      inputs.push(...field(name, { type: schema.format === "binary" ? "file" : "text" }));
    }
  } else if (type) {
    inputs.push(...field("JSON body", { value: "{}" }));
  }
  return { type, inputs };
}

function requestOf(path, method, type, form) {
  const token = document.getElementById("token").value.trim();
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  let body;
  const query = new URLSearchParams();
  const parts = new FormData();
  for (const input of form.querySelectorAll("input")) {
    const { place } = input.dataset;
    if (place === "query") { if (input.value) query.append(input.name, input.value); }
    else if (place === "header") { if (input.value) headers[input.name] = input.value; }
    else if (place === "path") path = path.replace(`{${input.name}}`, encodeURIComponent(input.value));
    else if (input.type === "file") { if (input.files[0]) parts.append(input.name, input.files[0]); }
    else if (type === "multipart/form-data") { if (input.value) parts.append(input.name, input.value); }
    else { body = input.value; headers["Content-Type"] = type; }
  }
  if (type === "multipart/form-data") body = parts;
  if (query.toString()) path += `?${query}`;
  return [path, { method: method.toUpperCase(), headers, body }];
}

async function send(event, path, method, type, form, output) {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  output.replaceChildren("Waiting for the answer…");
  try {
    const started = performance.now();
    const response = await fetch(...requestOf(path, method, type, form));
    const text = await response.text();
    let shown = text;
    try { shown = JSON.stringify(JSON.parse(text), null, 2); } catch { /* shown as it came */ }
    const state = `${response.status} ${response.statusText}, ${Math.round(performance.now() - started)} ms`;
    output.replaceChildren(
      make("p", { className: response.ok ? "good" : "bad", textContent: state }),
      make("pre", { textContent: shown, tabIndex: 0 }),
    );
  } catch (error) {
    output.replaceChildren(make("p", { className: "bad", textContent: `No answer: ${error.message}` }));
  } finally {
    button.disabled = false;
  }
}

function show(path, method, operation) {
  const { type, inputs } = inputsOf(operation);
  const output = make("div", {}); output.setAttribute("role", "status");
  const form = make("form", {}, ...inputs, make("button", { type: "submit", textContent: "Send" }));
  form.addEventListener("submit", (event) => send(event, path, method, type, form, output));
  const rows = Object.entries(operation.responses).map(([status, response]) =>
    make("tr", {}, make("th", { scope: "row", textContent: status }), make("td", { textContent: response.description })));
  return make("details", {},
    make("summary", {}, make("span", { className: "method", textContent: method.toUpperCase() }),
      make("code", { textContent: path }), ` ${operation.summary}`),
    make("div", { className: "inside" }, make("p", { textContent: operation.description }),
      make("table", {}, make("tbody", {}, ...rows)), form, output));
}

async function start() {
  const target = document.getElementById("routes");
  try {
    const description = await (await fetch("/openapi.json")).json();
    document.getElementById("summary").textContent = description.info.summary;
    const sections = description.tags.map(({ name }) => make("section", {}, make("h2", { textContent: name }),
      ...Object.entries(description.paths).flatMap(([path, methods]) => Object.entries(methods)
        .filter(([, operation]) => operation.tags.includes(name))
        .map(([method, operation]) => show(path, method, operation)))));
    target.replaceChildren(...sections);
  } catch (error) {
    target.replaceChildren(make("p", { className: "bad", textContent: `No description: ${error.message}` }));
  }
}

start();
