// Without this script the page lacks only the copy buttons and the folding table of contents.
for (const button of document.querySelectorAll('.copy')) {
    button.addEventListener('click', async () => {
        const code = button.parentElement.querySelector('pre').textContent;
        try {
            await navigator.clipboard.writeText(code);
            button.textContent = 'Copied';
        } catch {
            getSelection().selectAllChildren(button.parentElement.querySelector('pre'));
            button.textContent = 'Selected';
        }
        setTimeout(() => { button.textContent = 'Copy'; }, 2000);
    });
}

// On a narrow screen the table of contents starts folded.
const contents = document.querySelector('nav details');
const narrow = matchMedia('(max-width: 1099px)');
const fold = () => { contents.open = !narrow.matches; };
narrow.addEventListener('change', fold);
fold();
contents.addEventListener('click', event => {
    if (narrow.matches && event.target.closest('a')) contents.open = false;
});

// A link's target may be inside folded elements: opens them all.
const unfold = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let fold = target?.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    target?.scrollIntoView();
};
addEventListener('hashchange', unfold);
if (location.hash) unfold();

// Printing shows everything.
addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll('main details')) fold.open = true;
});
