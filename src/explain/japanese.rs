//! What the lines say in Japanese.

use std::io;

use super::{Cause, name};

/// The cause, with std's name for it, and what to do, as in `english.rs`.
#[expect(clippy::too_many_lines, reason = "a table, with an entry for each cause")]
pub(super) fn line(cause: Cause, error: &io::Error, address: &str) -> String {
    let (cause, remedy) = match cause {
        Cause::AddressInUse => (
            "アドレスは使用中です",
            format!("このコンピューターでは、サーバーの別のセル、別のプログラム、または別の利用者がすでに{address}を使っていて、クライアントにはそちらが応答してしまいます。そのノートブックで■を押すか、両方のノートブックのPORTを変えてください"),
        ),
        Cause::NoSuchAddress => (
            "このコンピューターにそのアドレスはありません",
            "HOSTを127.0.0.1か、このコンピューターのインターフェースのアドレスにしてください".into(),
        ),
        Cause::Refused => (
            "待ち受けているプログラムがないため、拒否されました",
            "先にサーバーのセルを実行してから、このセルをもう一度実行してください".into(),
        ),
        Cause::Reset => (
            "相手がコネクションをリセットしました",
            "サーバーのセルを実行してから、このセルをもう一度実行してください".into(),
        ),
        Cause::RefusedEarlier => (
            "待ち受けているプログラムがもうないため、先に送ったメッセージが拒否されました",
            "サーバーのセルを実行してから、このセルをもう一度実行してください".into(),
        ),
        Cause::Closed => (
            "相手がコネクションを閉じました",
            "相手側のセルを実行してから、このセルをもう一度実行してください".into(),
        ),
        Cause::PortReserved => (
            "別のプログラムがポートを占有しているか、Windowsがポートを予約しています",
            format!("■でサーバーのセルを止めるか、{address}を使っているプログラムを止めるか、両方のノートブックのPORTを変えてください"),
        ),
        Cause::PortNotAllowed => (
            "OSが許可していません",
            "1024未満のポートには管理者権限が要ります。両方のノートブックのPORTを変えてください".into(),
        ),
        Cause::Filtered => (
            "先に送ったデータグラムを、ルーターかファイアウォールが拒否しました",
            "HOSTとPORTを確かめてください".into(),
        ),
        Cause::NotAllowed => (
            "OSが許可していません",
            "ブロードキャストアドレスへ送るには、先にset_broadcast(true)を呼び出してください。それ以外のアドレスなら、このコンピューターのファイアウォールを確かめてください".into(),
        ),
        Cause::NoDatagram => (
            "期限までにデータグラムが届きませんでした",
            "サーバーが動いていないのか、データグラムが失われたのか、UDPは教えてくれません。サーバーのセルを実行してから、このセルをもう一度実行してください".into(),
        ),
        Cause::TimedOut => (
            "呼び出しがタイムアウトになりました",
            "相手が応答しないか、相手に到達できません。サーバーのセルを実行してから、このセルをもう一度実行してください".into(),
        ),
        Cause::Unreachable => (
            "アドレスに到達できないと、ルーターかこのコンピューターが報告しています",
            "HOSTを確かめてください。ループバックインターフェースなら、ファイアウォールを疑ってください".into(),
        ),
        Cause::NotSendable => (
            "このデータグラムは送れません",
            "HOSTとPORTを確かめてください。ポート0や無効なアドレスへは送れません".into(),
        ),
        Cause::TooLongForPath => (
            "先に送ったデータグラムは長すぎたと、ルーターが報告しています",
            "送る量を減らすか、メッセージを分割してください".into(),
        ),
        Cause::TooLongForBuffer => (
            "データグラムがバッファより長く、残りは失われました",
            "バッファを大きくしてください".into(),
        ),
        Cause::TooLongToSend => {
            let over = if address.starts_with('[') { "IPv6では65,527" } else { "IPv4では65,507" };
            let remedy = format!("データグラムで運べるのは、{over}バイトまでで、上限がもっと低いOSもあります。送る量を減らすか、メッセージを分割してください");
            ("メッセージが長すぎます", remedy)
        }
        Cause::Other => return format!("{error}（{}）。HOSTとPORTを確かめてください", name(error)),
    };
    format!("{cause}（{}）：{remedy}", name(error))
}
