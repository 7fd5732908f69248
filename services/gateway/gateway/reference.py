"""The reference as HTML pages, made of the OpenAPI and AsyncAPI documents; they need neither scripts nor a network."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Document = Mapping[str, Any]

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{style}
</head>
<body>
<header>
<h1>{title}</h1>
<p>{intro}</p>
</header>
<main>
{body}
</main>
</body>
</html>
"""
_MODELS = "#/components/schemas/"
_ALTERNATIVES = ("anyOf", "oneOf", "allOf")


def events_page(document: Document, style: str) -> str:
    """Every event with who publishes it, its routing key and its fields; `style` goes into the page's head."""
    messages, channels = document["components"]["messages"], document["channels"]
    parts = [_contents((message["name"], message["summary"]) for message in messages.values())]
    for key, message in messages.items():
        payload, told = message["payload"], document["operations"][f"on{key}"]["description"]
        bound = (
            f"Bind <code>{escape(message['name'])}.*</code> on the exchange <code>{_exchange(channels[key])}</code>."
        )
        name = escape(message["name"])
        parts.append(
            f'<section><h2 id="{name}" class="name">{name}</h2><p>{_prose(message["summary"])}</p>'
            f"<p>{_prose(told)} {bound}</p>{_fields(payload)}</section>"
        )
    parts.append(_models(document["components"]["schemas"]))
    return _page(document["info"], style, "\n".join(parts))


def http_page(document: Document, style: str) -> str:
    """Every route by its family, with parameters, bodies and answers; `style` goes into the page's head."""
    rows = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    parts = []
    for tag in document["tags"]:
        own = "".join(_operation(*row) for row in rows if tag["name"] in row[2]["tags"])
        parts.append(f"<section><h2>{escape(tag['name'])}</h2>{own}</section>")
    parts.append(_models(document["components"]["schemas"]))
    info = {"title": f"{document['info']['title']} HTTP API", "description": document["info"]["summary"]}
    return _page(info, style, "\n".join(parts))


def _page(info: Document, style: str, body: str) -> str:
    return _PAGE.format(title=escape(info["title"]), style=style, intro=_prose(info["description"]), body=body)


def _exchange(channel: Document) -> str:
    return escape(channel["bindings"]["amqp"]["exchange"]["name"])


def _contents(rows: Iterable[tuple[str, str]]) -> str:
    lines = "".join(
        f'<tr><th scope="row"><a href="#{name}"><code>{name}</code></a></th><td>{_prose(text)}</td></tr>'
        for name, text in ((escape(name), text) for name, text in rows)
    )
    return f"<nav><table><tbody>{lines}</tbody></table></nav>"


def _operation(path: str, method: str, operation: Document) -> str:
    parts = [f"<p>{_prose(operation['description'])}</p>"] if operation["description"] else []
    if parameters := operation.get("parameters"):
        named = ((each["name"], each.get("schema", {}), each) for each in parameters)
        parts.append(_table("parameter", (_row(*each, required=each[2].get("required", False)) for each in named)))
    if body := operation.get("requestBody"):
        kinds = (f"{escape(kind)}: {_type(each['schema'])}" for kind, each in body["content"].items())
        parts.append(f"<p>Body: {'; '.join(kinds)}</p>")
        parts += [_fields(each["schema"]) for each in body["content"].values() if "properties" in each["schema"]]
    parts.append(_table("answer", (_answer(*each) for each in operation["responses"].items())))
    head = f'<span class="method">{method.upper()}</span><code>{escape(path)}</code> {_prose(operation["summary"])}'
    return f'<details><summary>{head}</summary><div class="inside">{"".join(parts)}</div></details>'


def _answer(status: str, response: Document) -> str:
    kinds = [_type(each["schema"]) for each in response.get("content", {}).values() if each.get("schema")]
    return (
        f'<tr><th scope="row">{escape(status)}</th><td>{" or ".join(dict.fromkeys(kinds))}</td>'
        f"<td>{_prose(response['description'])}</td></tr>"
    )


def _models(schemas: Document) -> str:
    parts = [
        f'<h3 id="model-{escape(name)}" class="name">{escape(name)}</h3>'
        f"<p>{_prose(schema.get('description', ''))}</p>{_fields(schema)}"
        for name, schema in sorted(schemas.items())
    ]
    return f"<section><h2>Models</h2>{''.join(parts)}</section>"


def _fields(schema: Document) -> str:
    """The table of an object's fields; its type alone where it is no object."""
    properties = schema.get("properties")
    if not properties:
        return f"<p>{_type(schema)}</p>"
    required = set(schema.get("required", ()))
    return _table("field", (_row(name, each, each, required=name in required) for name, each in properties.items()))


def _table(first: str, rows: Iterable[str]) -> str:
    head = f'<tr><th scope="col">{first}</th><th scope="col">type</th><th scope="col"></th></tr>'
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"


def _row(name: str, schema: Document, told: Document, *, required: bool) -> str:
    optional = "" if required else " <small>optional</small>"
    return (
        f'<tr><th scope="row"><code>{escape(name)}</code>{optional}</th>'
        f"<td>{_type(schema)}</td><td>{_prose(told.get('description', ''))}</td></tr>"
    )


def _type(schema: Any) -> str:
    """A schema's type in words, with links to the models in it."""
    if not isinstance(schema, Mapping) or not schema:
        return "anything"
    if reference := schema.get("$ref"):
        name = escape(reference.removeprefix(_MODELS))
        return f'<a href="#model-{name}">{name}</a>'
    if "const" in schema:
        return f"<code>{escape(str(schema['const']))}</code>"
    if "enum" in schema:
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    for kind in _ALTERNATIVES:
        if kind in schema:
            return " or ".join(dict.fromkeys(_type(each) for each in schema[kind]))
    return _plain_type(schema)


def _plain_type(schema: Document) -> str:
    kind = schema.get("type", "anything")
    if kind == "array":
        fixed = schema.get("prefixItems")
        return f"[{', '.join(map(_type, fixed))}]" if fixed else f"list of {_type(schema.get('items'))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {_type(schema['additionalProperties'])}"
    words = " or ".join(kind) if isinstance(kind, list) else str(kind)
    return escape(f"{words} ({schema['format']})" if "format" in schema else words)


def _prose(text: str) -> str:
    """Text with `code` marked as such."""
    return re.sub(r"``?([^`]+)``?", r"<code>\1</code>", escape(text))
