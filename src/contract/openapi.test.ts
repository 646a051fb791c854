import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorCatalogue } from './errors.ts';
import { routes } from './index.ts';
import { openApiDocument } from './openapi.ts';

type Json = Record<string, unknown>;
interface Operation {
  readonly operationId: string;
  readonly security: readonly Json[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required: boolean }[];
  readonly responses: Record<string, { readonly description: string; readonly content: Json }>;
}

const document = JSON.parse(JSON.stringify(openApiDocument(routes))) as {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Json; readonly securitySchemes: Json };
};
const operations = Object.entries(document.paths).flatMap(([path, byMethod]) =>
  Object.entries(byMethod).map(([method, operation]) => ({ path, method, operation })),
);

function references(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : [];
  return [...own, ...Object.values(value).flatMap(references)];
}

describe('the OpenAPI document', () => {
  test('is version 3.1 and has each route of the contract once', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map(({ operation }) => operation.operationId).sort()).toEqual(routes.map(({ id }) => id).sort());
  });

  test('has no broken reference', () => {
    for (const reference of references(document)) {
      const [, kind = '', name = ''] = /^#\/components\/(schemas|examples)\/(.+)$/.exec(reference) ?? [];
      expect((document.components as Record<string, unknown>)[kind], reference).toHaveProperty(name);
    }
    expect(references(document).length).toBeGreaterThan(10);
  });

  test('declares exactly the parameters of each path, as required', () => {
    for (const { path, method, operation } of operations) {
      const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name).sort();
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(declared.map(({ name }) => name).sort(), `${method} ${path}`).toEqual(inPath);
      expect(declared.every(({ required }) => required)).toBe(true);
      expect(path).not.toContain(':');
    }
  });

  test('states for each route who may call it, and 401 if credentials are required', () => {
    for (const { operation } of operations) {
      const route = routes.find(({ id }) => id === operation.operationId);
      for (const scheme of operation.security.flatMap((entry) => Object.keys(entry))) {
        expect(document.components.securitySchemes).toHaveProperty(scheme);
      }
      expect(operation.security.flatMap((entry) => Object.keys(entry))).toEqual(route?.credentials);
      if (operation.security.length > 0) expect(operation.responses).toHaveProperty('401');
    }
  });

  test('has every status of the listed refusals, and no other', () => {
    const statuses = new Set(Object.values(errorCatalogue).map(({ status }) => String(status)));
    for (const { operation } of operations) {
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(['101', '200', '204'].includes(status) || statuses.has(status)).toBe(true);
        expect(response.description).not.toBe('');
        if (/^[12]/.test(status)) continue;
        const listed = references(response.content);
        expect(listed.filter((reference) => reference.startsWith('#/components/schemas/'))).toEqual([
          '#/components/schemas/Error',
        ]);
        expect(listed.length, 'an example of each code').toBeGreaterThan(1);
      }
    }
  });

  test('is the committed one', () => {
    const committed = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as unknown;
    expect(committed).toEqual(document);
  });
});
