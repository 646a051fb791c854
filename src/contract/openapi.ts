/** The OpenAPI 3.1 document, generated only from the routes. */
import { z } from 'zod';
import { errorBody, errorCatalogue } from './errors.ts';
import type { ErrorCode } from './errors.ts';
import { credentials, operatorCookie } from './apis.ts';
import { groups } from './groups.ts';
import { jsonLinesType, refusalsOf } from './route.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Zod writes a nullable value as a choice of two schemas, with the description inside the first. Readers look for it at
 * the member; and a type that can simply include null needs no choice.
 */
function withoutNullBranch(schema: Json): Json {
  const { anyOf, ...around } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [value, other] = anyOf as readonly unknown[];
  if (!isJson(value) || !isJson(other) || other['type'] !== 'null') return schema;
  if (typeof value['type'] === 'string' && !('enum' in value) && !('const' in value)) {
    return { ...value, ...around, type: [value['type'], 'null'] };
  }
  const { description, ...rest } = value;
  return { ...(description === undefined ? {} : { description }), ...around, anyOf: [rest, other] };
}

/** `components` collects the schemas that are referenced by name. */
function jsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const {
    $schema: _dialect,
    $defs,
    ...rest
  } = z.toJSONSchema(schema, {
    io,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    cycles: 'ref',
    reused: 'inline',
  }) as Json & { $schema?: string; $defs?: Json };
  const moved = JSON.parse(
    JSON.stringify({ rest, $defs }).replaceAll('"#/$defs/', '"#/components/schemas/'),
    (_key, value: unknown) => (isJson(value) ? withoutNullBranch(value) : value),
  ) as { rest: Json; $defs?: Json };
  Object.assign(components, moved.$defs);
  if (typeof moved.rest['id'] === 'string') {
    const { id, ...named } = moved.rest;
    components[id as string] = named;
    return { $ref: `#/components/schemas/${id as string}` };
  }
  return moved.rest;
}

interface Parameter {
  readonly name: string;
  readonly description?: string;
  readonly schema: Json;
  readonly required: boolean;
}

function properties(schema: z.ZodType): Parameter[] {
  const object = jsonSchema(schema, 'input', {});
  const required = new Set(Array.isArray(object['required']) ? object['required'] : []);
  return Object.entries((object['properties'] ?? {}) as Record<string, Json>).map(
    ([name, { description, ...member }]) => ({
      name,
      ...(typeof description === 'string' ? { description } : {}),
      schema: member,
      required: required.has(name),
    }),
  );
}

function responses(route: Route, components: Json): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of refusalsOf(route)) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return {
    ...success(route, components),
    ...Object.fromEntries(
      [...byStatus]
        .sort(([left], [right]) => left - right)
        .map(([status, codes]) => [
          status,
          {
            description: codes
              .map((code) => `\`${code}\`: ${errorCatalogue[code].title} ${errorCatalogue[code].fix}`)
              .join('\n\n'),
            content: {
              'application/json': {
                schema: { $ref: '#/components/schemas/Error' },
                examples: Object.fromEntries(codes.map((code) => [code, { $ref: `#/components/examples/${code}` }])),
              },
            },
          },
        ]),
    ),
  };
}

function success({ reply, example }: Route, components: Json): Json {
  switch (reply.kind) {
    case 'noContent':
      return { 204: { description: 'Done.' } };
    case 'live':
      // OpenAPI has no word for messages: their schemas stand among the others, under their names.
      for (const [schema, io] of [
        [reply.schema, 'output'],
        [reply.hears, 'input'],
      ] as const)
        jsonSchema(schema, io, components);
      return { 101: { description: `The connection is upgraded; its subprotocol is \`${reply.subprotocol}\`.` } };
    case 'page':
      return { 200: { description: 'Success.', content: { 'text/html': { schema: { type: 'string' } } } } };
    case 'json': {
      const schema = jsonSchema(reply.schema, 'output', components);
      const shown = example.reply === undefined ? {} : { example: example.reply };
      // Of JSON lines, the schema and the example are those of all lines, as a list.
      const type = reply.isLines === true ? jsonLinesType : 'application/json';
      return { 200: { description: 'Success.', content: { [type]: { schema, ...shown } } } };
    }
  }
}

const tenantParameter = {
  name: 'X-Sallyport-Tenant',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description: 'With the session of an operator: the id of the tenant that the call is about. Keys name their own.',
};

const signatureParameter = {
  name: 'X-Authsignal-Signature',
  in: 'header',
  required: false,
  schema: { type: 'string' },
  description:
    'Signature of the app’s key over the message that it was given: ECDSA with SHA-256 in DER, as standard base64. Absent: the call is unsigned.',
};

/** What an operator needs, as an extension; and of which tenant the call is, if it belongs to one. */
function permissionOfOperators({ permission, isDangerous }: Route): Json {
  if (typeof permission !== 'string') return {};
  return { 'x-operator-permission': permission, ...(isDangerous === true ? { 'x-operator-step-up': true } : {}) };
}

function operationObject(route: Route, components: Json): Json {
  const { params, query, body: sent } = route.example.request ?? {};
  const parameters = [
    ...properties(route.params)
      // An alias may have parameters that the path itself does not.
      .filter(({ name }) => route.path.split('/').includes(`:${name}`))
      .map((parameter) => ({ ...parameter, in: 'path', required: true, ...exampleOf(params, parameter.name) })),
    ...properties(route.query).map((parameter) => ({
      ...parameter,
      in: 'query',
      ...exampleOf(query, parameter.name),
    })),
    ...(route.isSigned === true ? [signatureParameter] : []),
    ...(typeof route.permission === 'string' ? [tenantParameter] : []),
  ];
  const body = jsonSchema(route.body, 'input', components);
  // The body of a GET is not read; an alias may have one.
  const hasBody =
    route.method !== 'GET' && (body['type'] !== 'object' || Object.keys((body['properties'] ?? {}) as Json).length > 0);
  return {
    operationId: route.id,
    summary: route.title,
    description: route.description,
    tags: [route.group],
    security: route.credentials.map((name) => ({ [name]: [] })),
    ...permissionOfOperators(route),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody
      ? {
          requestBody: {
            content: { 'application/json': { schema: body, ...(sent === undefined ? {} : { example: sent }) } },
          },
        }
      : {}),
    responses: responses(route, components),
  };
}

function exampleOf(values: Readonly<Record<string, string>> | undefined, name: string): Json {
  const value = values?.[name];
  return value === undefined ? {} : { example: value };
}

/** The groups that have routes, and the headings over them: an extension that the reference page reads. */
function tagsOf(routes: readonly Route[]): Json {
  const used = Object.entries(groups).filter(([group]) => routes.some((route) => route.group === group));
  return {
    tags: used.map(([name, { title, description }]) => ({ name, 'x-displayName': title, description })),
    'x-tagGroups': [...new Set(used.map(([, { area }]) => area))].map((area) => ({
      name: area,
      tags: used.filter(([, group]) => group.area === area).map(([name]) => name),
    })),
  };
}

/** What applies to every call, as the first page of the reference. */
const introduction = `Sallyport is an open, self-hosted step-up authentication server. It works with the official Authsignal SDKs and is not affiliated with Authsignal.

**Four APIs.** Your backend calls the *server API* with a secret server key. Browsers and apps call the *client API* with the short-lived token that your backend gets by tracking an action. Dashboards and scripts change settings with a management key. Operators sign in to the *portal API*, and may call the management API too as far as their roles permit.

**Requests and responses** are JSON. Send times as they are received: ISO 8601 in UTC, such as \`2026-03-01T09:30:00.000Z\`, unless a property says that it is in Unix seconds. In the server and client APIs, members that are not listed are ignored, and an optional member that is null counts as absent; updating a user is the exception, where null clears. The management API refuses unknown members. Absent values are left out of responses, unless a property may be null.

**Errors** have a JSON body with a code and a sentence that says what to change. A decision such as \`BLOCK\`, a wrong code and an invalid token are not errors: they are answered 200. Every response has an \`X-Request-Id\`, under which the server’s log has more. \`429\` and \`503\` have a \`Retry-After\` header in seconds.`;

/** The whole document, with keys in a stable order. */
export function openApiDocument(routes: readonly Route[]): object {
  const components: Json = {
    Error: {
      type: 'object',
      required: ['error', 'errorCode', 'errorDescription'],
      properties: {
        error: { enum: Object.keys(errorCatalogue), description: 'What went wrong, as a code to branch on.' },
        errorCode: {
          enum: Object.keys(errorCatalogue),
          description: 'The same code again: some SDKs read this member, others read `error`.',
        },
        errorDescription: {
          type: 'string',
          description: 'What went wrong and what to change, in a sentence for developers. Do not show it to users.',
        },
      },
    },
  };
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationObject(route, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version: '1',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    ...tagsOf(routes),
    paths,
    components: {
      securitySchemes: Object.fromEntries(
        Object.entries(credentials).map(([name, { scheme, description }]) => [
          name,
          scheme === 'cookie'
            ? { type: 'apiKey', in: 'cookie', name: operatorCookie, description }
            : { type: 'http', scheme, description },
        ]),
      ),
      examples: Object.fromEntries(
        Object.entries(errorCatalogue).map(([code, { title }]) => [
          code,
          { summary: title, value: errorBody(code as ErrorCode, title) },
        ]),
      ),
      schemas: Object.fromEntries(Object.entries(components).sort(([left], [right]) => (left < right ? -1 : 1))),
    },
  };
}
