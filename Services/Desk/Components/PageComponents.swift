// The components that a page has many of tell their fields themselves (``PageComponent``). A test compares them with what they have.

extension Field: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "template": template
        case "id": id
        case "name": name
        case "label": label
        case "hint": hint
        case "error": error
        case "describedBy": describedBy
        case "isOptional": isOptional
        default: entry(key)
        }
    }

    /// What is filled in, and how.
    private func entry(_ key: String) -> Any? {
        switch key {
        case "type": type
        case "value": value
        case "limit": limit
        case "choices": choices
        case "check": check
        case "isShort": isShort
        case "inputMode": inputMode
        case "autocomplete": autocomplete
        default: nil
        }
    }
}

extension Field.Choice: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "id": id
        case "value": value
        case "label": label
        case "hint": hint
        case "isChosen": isChosen
        default: nil
        }
    }
}

extension Field.NumberCheck: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "right": right
        case "wrongDate": wrongDate
        case "wrongDigits": wrongDigits
        default: nil
        }
    }
}

extension Link: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "href": href
        case "label": label
        case "isCurrent": isCurrent
        case "count": count
        default: nil
        }
    }
}

extension Tag: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "label": label
        case "kind": kind
        default: nil
        }
    }
}

extension Moment: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "iso": iso
        case "label": label
        default: nil
        }
    }
}

extension Pair: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "label": label
        case "value": value
        case "detail": detail
        case "number": number
        default: nil
        }
    }
}

extension TaskLine: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "href": href
        case "what": what
        case "reference": reference
        case "due": due
        case "tag": tag
        case "urgency": urgency
        case "detail": detail
        default: nil
        }
    }
}

extension TimelineDay.Entry: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "time": time
        case "what": what
        case "who": who
        case "words": words
        case "tag": tag
        default: nil
        }
    }
}

extension WheelPicture.Band: PageComponent {
    func field(_ key: String) -> Any? {
        switch key {
        case "kind": kind
        case "label": label
        case "count": count
        case "isKnown": isKnown
        case "outline": outline
        case "mark": mark
        case "x": x
        case "y": y
        case "hatch": hatch
        default: nil
        }
    }
}
