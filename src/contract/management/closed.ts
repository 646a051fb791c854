import { z } from 'zod';

/**
 * An object that refuses unknown members (ruling 1). `answered` names members that only responses have: they are
 * ignored, so that a caller can read a resource, change it and send it back.
 */
export function closed<Shape extends z.ZodRawShape>(shape: Shape, answered: readonly string[] = []) {
  const description = 'Only responses carry this member. A request may send it back; its value is ignored.';
  const ignored = Object.fromEntries(
    answered.map((name) => [name, z.unknown().optional().meta({ readOnly: true, description })]),
  );
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
