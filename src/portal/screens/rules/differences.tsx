import { differencesTexts } from '#portal-texts/rules.ts';

/** What differs between two sets of rules, as the server says it. */
export function Differences({ of }: { readonly of: readonly string[] }) {
  if (of.length === 0) return <p className="Faint">{differencesTexts.nothingDiffers}</p>;
  return (
    <ul className="Differences">
      {of.map((sentence, at) => (
        <li key={at}>{sentence}</li>
      ))}
    </ul>
  );
}
