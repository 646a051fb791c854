/**
 * The API reference is complete: each route is titled, described, grouped and shown by an example that its own schemas accept,
 * and each parameter and property has a sentence.
 *
 * Here because it failed? Add what is missing to the route, or `.describe('…')` to the schema in src/contract.
 */
import { describe, expect, test } from 'vitest';
import { groups } from './groups.ts';
import { routes } from './index.ts';
import { JsonText } from './json-text.ts';
import { openApiDocument } from './openapi.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const document = JSON.parse(JSON.stringify(openApiDocument(routes))) as {
  readonly paths: Json;
  readonly components: { readonly schemas: Record<string, Json> };
};

function resolved(schema: Json): Json {
  const reference = schema['$ref'];
  return typeof reference === 'string'
    ? (document.components.schemas[reference.slice('#/components/schemas/'.length)] ?? {})
    : schema;
}

/** Its own description, or that of the schema that it refers to, also if it is nullable. */
function isDescribed(schema: Json): boolean {
  if (typeof schema['description'] === 'string') return schema['description'] !== '';
  if ('$ref' in schema) return isDescribed(resolved(schema));
  const branches = (Array.isArray(schema['anyOf']) ? schema['anyOf'] : []).filter(
    (branch): branch is Json => isObject(branch) && branch['type'] !== 'null',
  );
  return branches.length === 1 && branches.every(isDescribed);
}

/** The places of properties and parameters without a description. */
function undescribedIn(value: unknown, place: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((member, index) => undescribedIn(member, `${place}[${index}]`));
  if (!isObject(value)) return [];
  const named = isObject(value['properties']) ? Object.entries(value['properties']) : [];
  const own = named.flatMap(([name, schema]) => (isObject(schema) && !isDescribed(schema) ? [`${place}.${name}`] : []));
  const isParameter = 'in' in value && 'schema' in value;
  return [
    ...(isParameter && !isDescribed(value) ? [`${place} ${String(value['name'])}`] : []),
    ...own,
    ...Object.entries(value)
      .filter(([key]) => key !== 'example' && key !== 'examples')
      .flatMap(([key, member]) => undescribedIn(member, key === 'properties' ? place : `${place}.${key}`)),
  ];
}

/** A body as the pipeline passes it on: some members keep their original text. */
const exactMembers = new Set(routes.flatMap(({ exact }) => exact ?? []));
function asReceived(body: Json): Json {
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      exactMembers.has(name) && value !== null ? new JsonText(JSON.stringify(value)) : value,
    ]),
  );
}

/** Members of an example that its schema does not name: parsing would drop them silently. */
function undeclared(value: unknown, given: Json, place: string): readonly string[] {
  const schema = resolved(given);
  const branches = ['anyOf', 'oneOf'].flatMap((key) => (Array.isArray(schema[key]) ? (schema[key] as Json[]) : []));
  if (branches.length > 0) {
    const tried = branches.map((branch) => undeclared(value, branch, place));
    return tried.some((faults) => faults.length === 0) ? [] : (tried[0] ?? []);
  }
  if (Array.isArray(value)) {
    const { items } = schema;
    return isObject(items) ? value.flatMap((item, index) => undeclared(item, items, `${place}[${index}]`)) : [];
  }
  const { properties } = schema;
  if (!isObject(value) || !isObject(properties)) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const declared = properties[name];
    return isObject(declared) ? undeclared(member, declared, `${place}.${name}`) : [`${place}.${name}`];
  });
}

function operationOf(route: Route): Json {
  const byMethod = document.paths[route.path.replace(/:([A-Za-z]+)/g, '{$1}')] as Json;
  return byMethod[route.method.toLowerCase()] as Json;
}

describe('the API reference', () => {
  test('gives each route a short title of its own, a description and a group', () => {
    for (const { id, title, description, group } of routes) {
      expect(title, id).toMatch(/^[A-Z].{2,39}$/u);
      expect(title, id).not.toMatch(/\.$/);
      expect(description, id).toMatch(/^[A-Z][^]{30,}\.$/);
      expect(Object.keys(groups), id).toContain(group);
    }
    const titles = routes.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  test('has no group without routes', () => {
    const used = new Set(routes.map(({ group }) => group));
    expect(Object.keys(groups).filter((group) => !used.has(group as keyof typeof groups))).toEqual([]);
  });

  test('describes every parameter and every property', () => {
    expect(undescribedIn(document, '')).toEqual([]);
  });

  test.each(routes.map((route) => [route.id, route] as const))(
    'shows %s by an example that it accepts',
    (_id, route) => {
      const { example } = route;
      expect(example).toBeDefined();
      const { params = {}, query = {}, body = {} } = example.request ?? {};
      expect(route.params.safeParse(params).error).toBeUndefined();
      expect(route.query.safeParse(query).error).toBeUndefined();
      expect(route.body.safeParse(asReceived(body)).error).toBeUndefined();
      const operation = operationOf(route) as {
        readonly parameters?: readonly { readonly name: string; readonly in: string }[];
        readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Json } } };
      };
      const declared = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
      const given = [
        ...Object.keys(params).map((name) => `path ${name}`),
        ...Object.keys(query).map((name) => `query ${name}`),
      ];
      expect(given.filter((parameter) => !declared.includes(parameter))).toEqual([]);
      const schema = operation.requestBody?.content['application/json'].schema ?? { properties: {} };
      expect(undeclared(body, schema, 'body')).toEqual([]);
      expect(Object.keys(body).length > 0, 'a body where one can be sent').toBe(operation.requestBody !== undefined);
      if (route.reply.kind !== 'json') expect(example.reply).toBeUndefined();
      else expect(JSON.parse(JSON.stringify(route.reply.schema.parse(example.reply)))).toEqual(example.reply);
    },
  );
});
