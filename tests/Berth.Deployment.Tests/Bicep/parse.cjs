// Reads Bicep files with tree-sitter and prints what they declare, as JSON: an array with one document per file.
//   node parse.cjs NODE_MODULES FILE...
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { createRequire } = require('node:module');

const [, , modules, ...files] = process.argv;
const { Parser, Language } = createRequire(path.join(path.resolve(modules), 'any.js'))('web-tree-sitter');

const named = node => node.children.filter(child => child.isNamed && !child.type.includes('comment'));
const first = (node, type) => node.children.find(child => child.type === type);
const line = node => node.startPosition.row + 1;

// A constant is itself, an object or array holds its expressions; anything else is { $: source text, parts }.
function expression(node) {
  switch (node.type) {
    case 'null': return null;
    case 'boolean': return node.text === 'true';
    case 'number': return Number(node.text);
    case 'string': return named(node).some(part => part.type === 'interpolation') ? opaque(node) : text(node);
    case 'array': return named(node).map(expression);
    case 'object': return object(node);
    default: return opaque(node);
  }
}

const opaque = node => ({ $: node.text, parts: named(node).map(expression) });

const escapes = { "\\'": "'", '\\\\': '\\', '\\n': '\n', '\\r': '\r', '\\t': '\t', '\\$': '$' };
const text = node => named(node).map(part => escapes[part.text] ?? part.text).join('');

function object(node) {
  const result = {};
  for (const property of named(node).filter(child => child.type === 'object_property')) {
    const [key, value] = named(property);
    if (value) result[key.type === 'identifier' ? key.text : key.text.replace(/^'|'$/g, '')] = expression(value);
  }
  return result;
}

function decorators(node) {
  const result = {};
  for (const decorator of node?.type === 'decorators' ? named(node) : []) {
    const call = first(decorator, 'call_expression');
    const values = named(first(call, 'arguments')).map(expression);
    result[named(call)[0].text.replace(/^sys\./, '')] = values.length ? values[0] : true;
  }
  return result;
}

// The object of a resource or module, inside its condition or loop.
function body(node) {
  const last = named(node).at(-1);
  return last?.type === 'object' ? object(last) : last ? body(last) : {};
}

function* descendants(node) {
  yield node;
  for (const child of node.children) yield* descendants(child);
}

function document(file, parser) {
  let source = fs.readFileSync(file, 'utf8');
  // The grammar wants a type where a parameters file has none.
  if (file.endsWith('.bicepparam')) source = source.replace(/^(param\s+\w+)(\s*=)/gm, '$1 string$2');
  const root = parser.parse(source).rootNode;
  const result = {
    errors: [], scope: null, using: null,
    parameters: [], variables: [], resources: [], modules: [], outputs: [],
    locals: [], uses: [], outputsUsed: [],
  };

  let above = null;
  for (const node of root.children) {
    const nodes = named(node);
    const declared = { name: first(node, 'identifier')?.text, line: line(node) };
    switch (node.type) {
      case 'target_scope_assignment':
        result.scope = expression(nodes[0]);
        break;
      case 'using_statement':
        result.using = expression(nodes[0]);
        break;
      case 'parameter_declaration':
      case 'output_declaration': {
        const type = nodes[1];
        const value = nodes[2];
        (node.type === 'output_declaration' ? result.outputs : result.parameters).push({
          ...declared,
          type: type.text,
          isRequired: !value && !type.text.endsWith('?'),
          value: value ? expression(value) : null,
          decorators: decorators(above),
        });
        break;
      }
      case 'variable_declaration':
        result.variables.push({ ...declared, value: expression(nodes[1]) });
        break;
      case 'resource_declaration': {
        const [type, version] = expression(nodes[1]).split('@');
        const existing = node.children.some(child => child.text === 'existing');
        result.resources.push({ ...declared, type, version, isExisting: existing, body: body(node) });
        break;
      }
      case 'module_declaration':
        result.modules.push({ ...declared, path: expression(nodes[1]), body: body(node) });
        break;
    }
    above = node;
  }

  for (const node of descendants(root)) {
    if (node.type === 'ERROR' || node.isMissing) {
      result.errors.push(`line ${line(node)}: ${node.isMissing ? 'missing ' + node.type : node.text.slice(0, 60)}`);
    }
    const isDeclared = node.type === 'identifier' && node.parent.type.endsWith('_declaration')
      && node.parent.children.find(child => child.type === 'identifier').id === node.id;
    const isKey = node.type === 'identifier' && node.parent.type === 'object_property'
      && named(node.parent)[0].id === node.id;
    const isFunction = node.type === 'identifier' && node.parent.type === 'call_expression';
    if (node.type === 'loop_variable' || node.type === 'loop_enumerator') result.locals.push(node.text);
    if (node.type === 'identifier' && !isDeclared && !isKey && !isFunction) {
      result.uses.push({ name: node.text, line: line(node) });
    }

    // x.outputs.y
    if (node.type === 'member_expression') {
      const [inner, property] = named(node);
      if (inner.type === 'member_expression' && named(inner)[1]?.text === 'outputs') {
        result.outputsUsed.push({ module: named(inner)[0].text, output: property.text, line: line(node) });
      }
    }
  }
  return result;
}

(async () => {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(path.join(modules, 'tree-sitter-bicep', 'tree-sitter-bicep.wasm')));
  process.stdout.write(JSON.stringify(files.map(file => document(file, parser))));
})();
