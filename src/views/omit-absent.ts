/** The same object without members that are null or undefined: responses leave out what is not set (server-api 1.4). */
export function omitAbsent<Shape extends Readonly<Record<string, unknown>>>(
  shape: Shape,
): {
  [Name in keyof Shape as undefined extends Shape[Name] ? never : null extends Shape[Name] ? never : Name]: Shape[Name];
} & {
  [Name in keyof Shape as undefined extends Shape[Name] ? Name : null extends Shape[Name] ? Name : never]?: Exclude<
    Shape[Name],
    null | undefined
  >;
} {
  return Object.fromEntries(
    Object.entries(shape).filter(([, value]) => value !== null && value !== undefined),
  ) as never;
}
