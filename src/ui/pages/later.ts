import type { LaterScreen } from './later-screens.tsx';

interface LaterScreens {
  readonly LaterScreen: typeof LaterScreen;
}

/** Screens that come after a proof, loaded when they are first shown. */
let loaded: LaterScreens | undefined;

export function laterScreens(): LaterScreens | undefined {
  return loaded;
}

/** @throws if they cannot be loaded */
export async function loadLaterScreens(): Promise<LaterScreens> {
  loaded ??= await import('./later-screens.tsx');
  return loaded;
}
