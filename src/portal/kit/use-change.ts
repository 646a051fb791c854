import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalWords } from './refusal-words.ts';

/** A change that a form makes, with what to do if it was refused. */
export function useChange<Given, Made>(run: (given: Given) => Promise<Made>, then: (made: Made, given: Given) => void) {
  const [problem, setProblem] = useState<string>();
  const { mutate, isPending } = useMutation({
    mutationFn: run,
    onMutate: () => setProblem(undefined),
    onSuccess: then,
    onError: (error) => setProblem(refusalWords(error)),
  });
  return { start: mutate, isBusy: isPending, problem, setProblem };
}
