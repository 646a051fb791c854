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
    <section className="Conflict" aria-label="Changed meanwhile" role="alert">
      <p>
        <strong>Somebody else changed this while you had it open</strong>
      </p>
      <p>Nothing was saved. Save again to put yours in its place, or take over what is there now.</p>
      <div className="Scroll" tabIndex={0} role="region" aria-label="Both versions">
        <table className="Plain">
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col">There now</th>
              <th scope="col">Yours</th>
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
      <Button onClick={takeTheirs}>Take over what is there now</Button>
    </section>
  );
}
