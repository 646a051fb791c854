import { changedMeanwhileTexts } from '#portal-texts/forms.ts';
import type { ReactNode } from 'react';
import { Button } from './parts.tsx';

interface Difference {
  readonly name: string;
  readonly theirs: ReactNode;
  readonly mine: ReactNode;
}

/** Shows what somebody else has made of it beside what would be saved. */
export function ChangedNotice({
  differences,
  takeTheirs,
}: {
  readonly differences: readonly Difference[];
  readonly takeTheirs: () => void;
}) {
  return (
    <section className="Conflict" aria-label={changedMeanwhileTexts.changedMeanwhile} role="alert">
      <p>
        <strong>{changedMeanwhileTexts.heading}</strong>
      </p>
      <p>{changedMeanwhileTexts.text}</p>
      <div className="Scroll" tabIndex={0} role="region" aria-label={changedMeanwhileTexts.bothVersions}>
        <table className="Plain">
          <thead>
            <tr>
              <th scope="col">{changedMeanwhileTexts.nameColumn}</th>
              <th scope="col">{changedMeanwhileTexts.theirsColumn}</th>
              <th scope="col">{changedMeanwhileTexts.mineColumn}</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ name, theirs, mine }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td className="Value">{theirs}</td>
                <td className="Value">{mine}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Button onClick={takeTheirs}>{changedMeanwhileTexts.takeTheirs}</Button>
    </section>
  );
}
