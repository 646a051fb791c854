/** Every fact that conditions can name. `docs/facts.md` is generated from this list. */
import { deviceFacts } from './device-facts.ts';
import type { Fact } from './fact.ts';
import { ipFacts } from './ip-facts.ts';
import { occasionFacts } from './occasion-facts.ts';
import { userFacts } from './user-facts.ts';

export const facts: readonly Fact[] = [...ipFacts, ...deviceFacts, ...userFacts, ...occasionFacts];

/** The paths of facts that are never null. */
export const certainFactPaths: ReadonlySet<string> = new Set(
  facts.filter(({ nullWhen }) => nullWhen.startsWith('never')).map(({ path }) => path),
);

/** The paths that warnings compare with; paths of free members come without their star. */
export const factPaths: readonly string[] = facts.map(prefixOf);

/** The paths of facts that only a track provides. */
export const trackPaths: readonly string[] = facts.filter(({ isOfTrack }) => isOfTrack === true).map(prefixOf);

function prefixOf({ path }: Fact): string {
  return path.replace(/\.\*$/, '');
}
