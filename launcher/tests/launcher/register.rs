//! `cargo lab register`: makes the kernel available to every Jupyter front-end of this user.

use std::fs;
use std::process::Output;

use serde_json::Value;

use crate::machine::Machine;

/// A machine that has been set up, with a kernel that only registers itself.
fn machine() -> Machine {
    let cargo = "[ \"$1\" = fetch ] && exit 0\n\
        /bin/mkdir -p \"$5/bin\" && /bin/cat > \"$5/bin/evcxr_jupyter\" <<'END'\n\
        #!/bin/sh\n\
        rust=\"$JUPYTER_PATH/kernels/rust\" && /bin/mkdir -p \"$rust\" && echo '{}' > \"$rust/kernel.json\"\n\
        for size in 32x32 64x64; do echo > \"$rust/logo-$size.png\"; done\n\
        END\n\
        /bin/chmod +x \"$5/bin/evcxr_jupyter\"";
    Machine::bare().with("rustc").with_python().with_script("cargo", cargo).with_jupyterlab()
}

fn run(machine: &Machine, task: &str) -> Output {
    let data = machine.folder.path().join("jupyter");
    machine.lab(task).env("JUPYTER_DATA_DIR", data).output().unwrap()
}

#[test]
fn registering_and_unregistering_leave_other_kernels_alone() {
    let machine = machine();
    let kernels = machine.folder.path().join("jupyter/kernels");
    fs::create_dir_all(kernels.join("rust")).unwrap();
    fs::write(kernels.join("rust/kernel.json"), "mine").unwrap();

    for _ in 0..2 {
        let registered = run(&machine, "register");
        assert!(registered.status.success(), "{registered:?}");
        let text = fs::read_to_string(kernels.join("udp-tutorial/kernel.json")).unwrap();
        let kernelspec: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(kernelspec["display_name"], "Rust (UDP, hands on)");
        assert!(kernelspec["argv"][2].as_str().unwrap().ends_with("start_kernel.py"), "{text}");
        assert!(kernels.join("udp-tutorial/logo-64x64.png").exists());
    }
    fs::write(kernels.join("udp-tutorial/mine.txt"), "mine").unwrap();
    assert!(run(&machine, "unregister").status.success());
    assert!(!kernels.join("udp-tutorial/kernel.json").exists());
    assert!(kernels.join("udp-tutorial/mine.txt").exists());
    fs::remove_dir_all(kernels.join("udp-tutorial")).unwrap();

    let again = run(&machine, "unregister");
    assert!(String::from_utf8_lossy(&again.stderr).contains("is not registered"), "{again:?}");
    assert!(run(&machine, "register").status.success());
    assert!(run(&machine, "clean").status.success());
    assert!(!kernels.join("udp-tutorial").exists());
    assert_eq!(fs::read_to_string(kernels.join("rust/kernel.json")).unwrap(), "mine");
}

#[test]
fn someone_elses_kernel_of_the_same_name_stays() {
    let machine = machine();
    let place = machine.folder.path().join("jupyter/kernels/udp-tutorial");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("kernel.json"), "{ \"display_name\": \"mine\" }").unwrap();
    let refused = run(&machine, "register");
    assert!(!refused.status.success());
    let error = String::from_utf8_lossy(&refused.stderr);
    assert!(
        error.ends_with("exists and is not from this installation: move it first\n"),
        "{error}"
    );
    for task in ["unregister", "clean"] {
        run(&machine, task);
        assert!(place.join("kernel.json").exists(), "{task}");
    }
}
