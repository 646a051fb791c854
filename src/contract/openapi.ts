/** The OpenAPI 3.1 document, made from the routes alone. */
import { z } from 'zod';
import { errorCatalogue } from './errors.ts';
import type { ErrorCode } from './errors.ts';
import { isClientKind, refusalsOf } from './route.ts';
import type { CallerKind, Route } from './route.ts';

type Json = Record<string, unknown>;

/** `components` collects what schemas call by name. */
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
  const moved = JSON.parse(JSON.stringify({ rest, $defs }).replaceAll('"#/$defs/', '"#/components/schemas/')) as {
    rest: Json;
    $defs?: Json;
  };
  Object.assign(components, moved.$defs);
  if (typeof moved.rest['id'] === 'string') {
    const { id, ...named } = moved.rest;
    components[id as string] = named;
    return { $ref: `#/components/schemas/${id as string}` };
  }
  return moved.rest;
}

function properties(schema: z.ZodType): { readonly name: string; readonly schema: Json; readonly required: boolean }[] {
  const object = jsonSchema(schema, 'input', {});
  const required = new Set(Array.isArray(object['required']) ? object['required'] : []);
  return Object.entries((object['properties'] ?? {}) as Record<string, Json>).map(([name, member]) => ({
    name,
    schema: member,
    required: required.has(name),
  }));
}

function responses(route: Route, components: Json): Json {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of refusalsOf(route)) {
    const { status } = errorCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return {
    ...(route.noContent === true
      ? { 204: { description: 'Done.' } }
      : { 200: { description: 'Success.', content: success(route, components) } }),
    ...Object.fromEntries(
      [...byStatus]
        .sort(([left], [right]) => left - right)
        .map(([status, codes]) => [
          status,
          {
            description: codes.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join(' '),
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
          },
        ]),
    ),
  };
}

function success(route: Route, components: Json): Json {
  return route.page !== undefined
    ? { 'text/html': { schema: { type: 'string' } } }
    : { 'application/json': { schema: jsonSchema(route.reply, 'output', components) } };
}

function securityOf(caller: CallerKind): readonly Json[] {
  switch (caller) {
    case 'public':
      return [];
    case 'token':
      return [{ actionToken: [] }];
    case 'tenant':
      return [{ tenantId: [] }];
    case 'tokenOrTenant':
      return [{ actionToken: [] }, { tenantId: [] }];
    case 'server':
    case 'management':
      return [{ [`${caller}Key`]: [] }];
  }
}

function operationObject(route: Route, components: Json): Json {
  const parameters = [
    ...properties(route.params)
      // An alias may carry what the path itself does not.
      .filter(({ name }) => route.path.split('/').includes(`:${name}`))
      .map((parameter) => ({ ...parameter, in: 'path', required: true })),
    ...properties(route.query).map((parameter) => ({ ...parameter, in: 'query' })),
  ];
  const body = jsonSchema(route.body, 'input', components);
  const hasBody = Object.keys((body['properties'] ?? {}) as Json).length > 0;
  return {
    operationId: route.id,
    summary: route.summary,
    tags: [isClientKind(route.caller) ? 'client' : route.caller],
    security: securityOf(route.caller),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(hasBody ? { requestBody: { content: { 'application/json': { schema: body } } } } : {}),
    responses: responses(route, components),
  };
}

/** The whole document, with keys in a stable order. */
export function openApiDocument(routes: readonly Route[]): object {
  const components: Json = {
    Error: {
      type: 'object',
      required: ['error', 'errorCode', 'errorDescription'],
      properties: {
        error: { enum: Object.keys(errorCatalogue) },
        errorCode: { enum: Object.keys(errorCatalogue) },
        errorDescription: { type: 'string' },
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
      description: 'Step-up authentication. Works with the Authsignal SDKs; not affiliated with Authsignal.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        serverKey: { type: 'http', scheme: 'basic', description: 'User name: server secret key. Password: empty.' },
        managementKey: { type: 'http', scheme: 'basic', description: 'User name: management key. Password: empty.' },
        actionToken: { type: 'http', scheme: 'bearer', description: 'The token that tracking an action answers.' },
        tenantId: {
          type: 'http',
          scheme: 'basic',
          description: 'User name: tenant id. Password: empty. Not a secret.',
        },
      },
      schemas: Object.fromEntries(Object.entries(components).sort(([left], [right]) => (left < right ? -1 : 1))),
    },
  };
}
