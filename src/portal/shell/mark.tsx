/** The product's mark: a gate in a wall. */
export function Mark({ size = 28 }: { readonly size?: number }) {
  return (
    <svg className="Mark" width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="8" />
      <path d="M8 24V12l3 2.5L13.5 11 16 13.5 18.500 11 21 14.500 24 12v12h-5v-4a3 3 0 0 0-6 0v4z" />
    </svg>
  );
}
