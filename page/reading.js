// The page before JupyterLab is there: cargo lab writes into state.js how far the kernel's compilation is,
// and then where JupyterLab is. A page without a server can load another file only as a script.
const status = document.querySelector('.reading');

window.state = ({ stage, done, all, url }) => {
    status.textContent = status.dataset[stage].replace('{done}', done).replace('{all}', all);
    if (url) {
        location.replace(url);
    }
};

function ask() {
    const script = document.createElement('script');
    script.src = `state.js?${Date.now()}`;
    script.onload = () => script.remove();
    script.onerror = () => {
        script.remove();
        status.textContent = status.dataset.ended;
    };
    document.head.append(script);
}

ask();
setInterval(ask, 1000);
