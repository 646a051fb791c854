import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, NetworkError } from '../../../sdk/browser/index.ts';
import type { PageTextId } from '../../texts/page-texts.ts';
import { usePage } from './page.ts';

/** What a screen is doing, and its last problem. */
export interface Task {
  readonly isBusy: boolean;
  /** The text to show; undefined if there is no problem. */
  readonly problem: string | undefined;
  /** Rises with each problem, so that the same problem is read out again. */
  readonly problemCount: number;
  /** Runs one task at a time: a second call while one runs does nothing. */
  run(work: () => Promise<void>): void;
  tell(problem: string | undefined): void;
}

/** Runs a screen's network calls, and turns failures into a sentence. */
export function useTask(): Task {
  const page = usePage();
  const [state, setState] = useState<{ isBusy: boolean; problem: string | undefined; problemCount: number }>({
    isBusy: false,
    problem: undefined,
    problemCount: 0,
  });
  const isRunning = useRef(false);
  const isGone = useRef(false);
  useEffect(() => () => void (isGone.current = true), []);

  const tell = useCallback((problem: string | undefined) => {
    setState((before) => ({
      ...before,
      problem,
      problemCount: before.problemCount + (problem === undefined ? 0 : 1),
    }));
  }, []);

  const run = (work: () => Promise<void>) => {
    if (isRunning.current) return;
    isRunning.current = true;
    setState((before) => ({ ...before, isBusy: true, problem: undefined }));
    void work()
      .catch((error: unknown) => {
        tell(page.words.say(problemOf(error)));
        // What was permitted when the page was drawn may no longer be: then the page shows the current state.
        if (error instanceof ApiError && error.code === 'forbidden') page.refresh().catch(() => undefined);
      })
      .finally(() => {
        isRunning.current = false;
        if (!isGone.current) setState((before) => ({ ...before, isBusy: false }));
      });
  };
  return { ...state, run, tell };
}

function problemOf(error: unknown): PageTextId {
  if (error instanceof NetworkError) return 'problem.network';
  if (!(error instanceof ApiError)) return 'problem.unexpected';
  switch (error.code) {
    case 'too_many_requests':
      return 'problem.tooManySent';
    case 'delivery_failed':
      return 'problem.delivery';
    case 'forbidden':
    case 'insufficient_scope':
    case 'invalid_configuration':
      return 'problem.notPermitted';
    case 'unavailable':
      return 'problem.network';
    default:
      return 'problem.unexpected';
  }
}
