// Without this script the page lacks only the copy buttons, the folding table of contents, and the place in a
// link to another language.
const words = document.currentScript.dataset;
for (const button of document.querySelectorAll('.copy')) {
    const copy = button.textContent;
    button.addEventListener('click', async () => {
        const code = button.parentElement.querySelector('pre').textContent;
        try {
            await navigator.clipboard.writeText(code);
            button.textContent = words.copied;
        } catch {
            getSelection().selectAllChildren(button.parentElement.querySelector('pre'));
            button.textContent = words.selected;
        }
        setTimeout(() => { button.textContent = copy; }, 2000);
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
    const name = location.hash.slice(1); // headings that are not in English are encoded in their ids, too
    const target = document.getElementById(name) ?? document.getElementById(decodeURIComponent(name));
    for (let fold = target?.closest('details'); fold; fold = fold.parentElement.closest('details')) fold.open = true;
    target?.scrollIntoView();
};
addEventListener('hashchange', unfold);
if (location.hash) unfold();

// The link to another language leads to the cell that is at the top of the window: it has the same name there.
const keep = event => {
    const line = parseFloat(getComputedStyle(document.documentElement).scrollPaddingTop) + 1;
    const cells = [...document.querySelectorAll('.cell')].map(cell => [cell, cell.getBoundingClientRect()]);
    const below = cells.filter(([, place]) => place.bottom > line);
    const across = below.filter(([, place]) => place.top <= line).sort(([, a], [, b]) => b.top - a.top);
    const [top] = across[0] ?? below[0] ?? cells.at(-1);
    event.currentTarget.hash = scrollY > 0 ? top.id : '';
};
for (const link of document.querySelectorAll('.languages [data-same]')) {
    link.addEventListener('pointerdown', keep);
    link.addEventListener('click', keep); // by keyboard
}

// Printing shows everything.
addEventListener('beforeprint', () => {
    for (const fold of document.querySelectorAll('main details')) fold.open = true;
});
