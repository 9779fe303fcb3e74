// The sign-in page: sends a name and a password, and goes on to where the person wanted to be (the #fragment stays).

const form = document.querySelector('form');
const problem = document.getElementById('problem');
const button = form.querySelector('button');

const dark = window.matchMedia('(prefers-color-scheme: dark)');
function paint() {
  let chosen = null;
  try { chosen = localStorage.getItem('understudy.theme'); } catch (off) { /* private window */ }
  const theme = chosen || (dark.matches ? 'dark' : 'light');
  document.documentElement.dataset.theme = theme;
  document.documentElement.style.colorScheme = theme;
}
paint();
dark.addEventListener('change', paint);

const here = ['localhost', '127.0.0.1', '[::1]'].includes(location.hostname);
document.getElementById('clear').hidden = location.protocol === 'https:' || here;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  problem.textContent = '';
  button.disabled = true;
  try {
    const answer = await fetch('sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: form.elements.name.value.trim(), password: form.elements.password.value }),
    });
    if (answer.ok) {
      location.replace('./' + location.hash);
      return;
    }
    problem.textContent = answer.status === 401 ? (await answer.json()).error : 'The program refused this page. Reload it.';
  } catch (unreachable) {
    problem.textContent = 'The program does not answer. Is it still running?';
  }
  button.disabled = false;
  form.elements.password.select();
  form.elements.password.focus();
});
