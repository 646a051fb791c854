import { z } from 'zod';

/**
 * An object that refuses members it does not know (ruling 1). `answered` names those that only answers carry: they are
 * ignored, so that what was read can be changed and sent back.
 */
export function closed<Shape extends z.ZodRawShape>(shape: Shape, answered: readonly string[] = []) {
  const ignored = Object.fromEntries(answered.map((name) => [name, z.unknown().optional().meta({ readOnly: true })]));
  return z
    .strictObject({ ...shape, ...ignored })
    .transform(
      (given) =>
        Object.fromEntries(Object.entries(given).filter(([name]) => !answered.includes(name))) as z.output<
          z.ZodObject<Shape, z.core.$strict>
        >,
    );
}

/** The members of a PATCH: each may be left out, or cleared with null. */
export function clearable<Shape extends z.ZodRawShape>(
  shape: Shape,
): { [Name in keyof Shape]: z.ZodOptional<z.ZodNullable<Shape[Name]>> } {
  const members = Object.entries(shape).map(([name, schema]) => [name, (schema as z.ZodType).nullish()]);
  return Object.fromEntries(members) as never;
}
