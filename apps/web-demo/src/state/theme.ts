import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
const STORAGE_KEY = 'googlenet-theme';

/** What the visitor chose; `auto` follows the operating system. */
export const theme = signal<Theme>('auto');
/** What is shown. */
export const shownTheme = signal<'light' | 'dark'>('light');

/** Applies the stored choice and keeps the page in step with it and with the operating system. */
export function followTheme(): void {
  const stored = localStorage.getItem(STORAGE_KEY);
  if (stored === 'light' || stored === 'dark') theme.value = stored;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    shownTheme.value = theme.value === 'auto' ? (system.matches ? 'dark' : 'light') : theme.value;
    document.documentElement.dataset.theme = shownTheme.value;
  };
  system.addEventListener('change', apply);
  effect(apply);
}

export function chooseTheme(choice: Theme): void {
  theme.value = choice;
  if (choice === 'auto') localStorage.removeItem(STORAGE_KEY);
  else localStorage.setItem(STORAGE_KEY, choice);
}
