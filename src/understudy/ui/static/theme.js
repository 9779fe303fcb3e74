// Light and dark: the system decides until the person does.

const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

function currentTheme() {
  const chosen = kept.get('theme');
  return chosen === 'light' || chosen === 'dark' ? chosen : darkSystem.matches ? 'dark' : 'light';
}

function applyTheme() {
  const theme = currentTheme();
  document.documentElement.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme;
  document.body.classList.toggle('dark', theme === 'dark');
  for (const button of app.querySelectorAll('[data-act=theme]')) {
    const label = theme === 'dark' ? 'Light theme' : 'Dark theme';
    button.replaceChildren(svg(theme === 'dark' ? 'sun' : 'moon'));
    button.title = label + ' (t)';
    button.setAttribute('aria-label', label);
  }
}

actions.theme = () => {
  kept.set('theme', currentTheme() === 'dark' ? 'light' : 'dark');
  applyTheme();
};
