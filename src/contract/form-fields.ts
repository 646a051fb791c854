/**
 * What a form has to ask for, from the schema of a request: the portal draws its forms from it, so a member of the API and
 * its field are the same thing.
 */
import { z } from 'zod';
import { credentialBlocks } from './management/provider-credentials.ts';

interface Base {
  readonly name: string;
  /** In plain words, for the person who fills it in. */
  readonly meaning: string;
  /** Whether null clears it. */
  readonly isClearable?: true;
}

/** One field of a form. */
export type FormField = Base &
  (
    | { readonly kind: 'switch' }
    | { readonly kind: 'text'; readonly max?: number; readonly isSecret?: true; readonly orNumber?: true }
    | { readonly kind: 'number'; readonly min?: number; readonly max?: number; readonly isWhole?: true }
    | { readonly kind: 'choice'; readonly options: readonly string[] }
    | { readonly kind: 'choices'; readonly options: readonly string[] }
    /** Several texts; those of many lines stand alone, others one a line. */
    | { readonly kind: 'texts'; readonly isLong?: true }
    /** Texts by a name; the names that there are, if they are a closed list. */
    | { readonly kind: 'pairs'; readonly options?: readonly string[] }
    | {
        readonly kind: 'group';
        readonly fields: readonly FormField[];
        /** Of credentials: for which providers. */
        readonly providers?: readonly string[];
      }
    | { readonly kind: 'groups'; readonly fields: readonly FormField[] }
  );

type Json = Readonly<Record<string, unknown>>;

/** Longer texts have lines. */
const lineMax = 2_048;

/** The fields of a body, without what only responses carry. */
export function formFields(body: z.ZodType): readonly FormField[] {
  const schema = z.toJSONSchema(body, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Json;
  const named = (schema['$defs'] ?? {}) as Readonly<Record<string, Json>>;
  // Schemas with a name are written once, and named where they are used.
  const whole = JSON.parse(JSON.stringify(schema), (_name, value: unknown) => {
    const { $ref: path, ...around } = Object(value) as Json;
    return typeof path === 'string' ? { ...named[path.split('/').at(-1) ?? ''], ...around } : value;
  }) as Json;
  return fieldsOf(whole);
}

function fieldsOf(schema: Json): readonly FormField[] {
  return Object.entries((schema['properties'] ?? {}) as Record<string, Json>).flatMap(([name, member]) =>
    member['readOnly'] === true ? [] : [fieldOf(name, member)],
  );
}

function fieldOf(name: string, member: Json): FormField {
  const { value, isClearable, description } = withoutNull(member);
  const base = { name, meaning: forPeople(description), ...(isClearable ? { isClearable: true as const } : {}) };
  const block = credentialBlocks[name];
  const field = kindOf(name, value);
  if (block === undefined || field.kind !== 'group') return { ...base, ...field };
  const fields = field.fields.map((one) =>
    one.kind === 'text' && block.secrets.includes(one.name) ? { ...one, isSecret: true as const } : one,
  );
  return { ...base, kind: 'group', fields, providers: block.providers };
}

type Kind = FormField extends infer Each ? (Each extends Base ? Omit<Each, keyof Base> : never) : never;

function kindOf(name: string, value: Json): Kind {
  const { type, enum: options, anyOf } = value;
  if (Array.isArray(options)) return { kind: 'choice', options: options as string[] };
  // A word or a number, such as `country` or how many digits.
  if (Array.isArray(anyOf)) return { kind: 'text', orNumber: true };
  switch (type) {
    case 'boolean':
      return { kind: 'switch' };
    case 'string':
      return { kind: 'text', ...limit('max', value['maxLength']) };
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        ...limit('min', value['minimum']),
        ...limit('max', value['maximum']),
        ...(type === 'integer' ? { isWhole: true as const } : {}),
      };
    case 'array':
      return itemsOf(value['items'] as Json);
    case 'object': {
      const texts = value['additionalProperties'];
      if (value['properties'] !== undefined) return { kind: 'group', fields: fieldsOf(value) };
      if (texts === undefined || texts === false) break;
      const { enum: names } = (value['propertyNames'] ?? {}) as Json;
      return { kind: 'pairs', ...(Array.isArray(names) ? { options: names as string[] } : {}) };
    }
  }
  throw new Error(`No form can ask for ${name}: ${JSON.stringify(value).slice(0, 200)}`);
}

function itemsOf(items: Json): Kind {
  const { enum: options, properties, maxLength } = items;
  if (Array.isArray(options)) return { kind: 'choices', options: options as string[] };
  if (properties !== undefined) return { kind: 'groups', fields: fieldsOf(items) };
  return { kind: 'texts', ...(typeof maxLength === 'number' && maxLength > lineMax ? { isLong: true as const } : {}) };
}

// JSON has no larger whole numbers than these: they are no limit that anybody set.
const limit = <Name extends string>(name: Name, value: unknown) =>
  (typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER ? { [name]: value } : {}) as {
    readonly [Of in Name]?: number;
  };

/** Zod writes a nullable value as a choice of two schemas, or as a second type. */
function withoutNull(member: Json): {
  readonly value: Json;
  readonly isClearable: boolean;
  readonly description: string;
} {
  const choices = member['anyOf'];
  const outer = member['description'];
  const { type } = member;
  if (Array.isArray(type) && type.length === 2 && type.includes('null')) {
    const one: unknown = type.find((name) => name !== 'null');
    return { value: { ...member, type: one }, isClearable: true, description: typeof outer === 'string' ? outer : '' };
  }
  if (!Array.isArray(choices) || !choices.some((one: Json) => one['type'] === 'null')) {
    return { value: member, isClearable: false, description: typeof outer === 'string' ? outer : '' };
  }
  const rest = choices.filter((one: Json) => one['type'] !== 'null') as readonly Json[];
  const value = rest.length === 1 ? (rest[0] as Json) : { anyOf: rest };
  const inner = withoutNull(value);
  return { ...inner, isClearable: true, description: typeof outer === 'string' ? outer : inner.description };
}

/** The reference speaks of members that are absent or null; a form has fields that are empty. */
function forPeople(description: string): string {
  return description
    .replace(/ ?Absent on creation: [^.]*\./g, '')
    .replace(/ ?Replaced as a whole(?:; [^.]*)?\./g, '')
    .replace(/ ?Null removes it\./g, '')
    .replaceAll('Absent or empty:', 'Empty:')
    .replaceAll('Empty or absent:', 'Empty:')
    .replaceAll('Absent:', 'Empty:')
    .replace(/; stored encrypted and never returned\./g, '. Stored encrypted and never shown again.')
    .trim();
}
